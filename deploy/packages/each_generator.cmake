# Read by CPack for each kind of package.
if(CPACK_GENERATOR STREQUAL "DEB")
  set(CPACK_COMPONENTS_ALL common server tool)
  foreach(component IN ITEMS COMMON SERVER TOOL)
    string(TOLOWER ${component} name)
    file(STRINGS ${CPACK_INKLING_DEPENDS}/${name} CPACK_DEBIAN_${component}_PACKAGE_DEPENDS)
  endforeach()
  string(APPEND CPACK_DEBIAN_TOOL_PACKAGE_DEPENDS ", fonts-dejavu-core")  # the charts' letters
endif()
