# The training's pictures. The one target that needs cairo; train/CMakeLists.txt includes this file.
if(NOT INKLING_BUILD_CHARTS)
  add_library(inkling_charts STATIC ${CMAKE_CURRENT_LIST_DIR}/no_charts.cpp)
  target_link_libraries(inkling_charts PUBLIC inkling_options)
  return()
endif()

find_package(PkgConfig REQUIRED)
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo)
add_library(inkling_charts STATIC
  ${CMAKE_CURRENT_LIST_DIR}/canvas.cpp
  ${CMAKE_CURRENT_LIST_DIR}/loss_chart.cpp
  ${CMAKE_CURRENT_LIST_DIR}/prediction_sheet.cpp)
target_link_libraries(inkling_charts PUBLIC inkling_options PRIVATE inkling_engine PkgConfig::cairo)
if(INKLING_SANITIZE MATCHES "address")
  target_sources(inkling_charts INTERFACE ${CMAKE_CURRENT_LIST_DIR}/leak_suppressions.cpp)
endif()
