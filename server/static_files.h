// The page's files, held in memory.
#pragma once

#include <filesystem>
#include <stdexcept>

#include "server/http/router.h"

namespace inkling {

class StaticFilesError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Reads every file under the folder and adds a GET route for each at its path there; index.html
// also answers "/". No other path exists, so none can lead out of the folder. Answers carry an ETag
// and 304 is given to who has the file already; the page may load nothing from another host. Throws
// StaticFilesError when the folder or its index.html is missing, or a file is larger than 4 MiB.
void add_static_files(Router& router, const std::filesystem::path& folder);

}  // namespace inkling
