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
// also answers "/". No other path exists, so none can lead out of the folder. Links are followed
// once, here, and only to what is in the folder, too, as Kubernetes mounts a ConfigMap; what has a
// name that begins with a dot is left out. Answers carry an ETag, and a matching If-None-Match gets
// 304; the Content-Security-Policy keeps the page to its origin. Throws StaticFilesError when the
// folder or its index.html is missing, a file is larger than 4 MiB, or a link leads nowhere, out of
// the folder or back.
void add_static_files(Router& router, const std::filesystem::path& folder);

}  // namespace inkling
