#include "server/static_files.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace inkling {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxFile = 4U << 20U;

std::string_view content_type(const fs::path& file) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTypes = {{
      {".html", "text/html; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".mjs", "text/javascript; charset=utf-8"},
      {".json", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".txt", "text/plain; charset=utf-8"},
  }};
  for (const auto& [extension, type] : kTypes) {
    if (file.extension() == extension) {
      return type;
    }
  }
  return "application/octet-stream";
}

// FNV-1a (Fowler, Noll and Vo), 64 bits: distinguishes versions of a file; not cryptographic.
std::string etag_of(std::string_view content) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : content) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  std::ostringstream etag;
  etag << '"' << std::hex << std::setw(16) << std::setfill('0') << hash << '"';
  return etag.str();
}

// If-None-Match (RFC 9110, 13.1.2): a list of tags, each perhaps weak, or "*".
bool matches(std::string_view if_none_match, std::string_view etag) {
  return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    throw StaticFilesError("cannot read " + path.string());
  }
  return content;
}

Handler file_handler(std::string_view type, std::string content) {
  const std::string etag = etag_of(content);
  const Response found{
      200,
      {{"Content-Type", std::string(type)},
       {"ETag", etag},
       {"Cache-Control", "no-cache"},  // cached, but revalidated each time
       {"Content-Security-Policy", "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"}},
      std::move(content)};
  return [found, etag](const Request& request, const Reply& reply) {
    if (matches(request.header("if-none-match").value_or(""), etag)) {
      reply({304, {{"ETag", etag}, {"Cache-Control", "no-cache"}}, ""});
    } else {
      reply(found);
    }
  };
}

bool is_within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first ==
         folder.end();
}

// Where the entry is, once its links are followed.
fs::path resolved(const fs::directory_entry& entry, const fs::path& root) {
  std::error_code error;
  fs::path real = fs::canonical(entry.path(), error);
  if (error) {
    throw StaticFilesError("expected a file, received " + entry.path().string() + ": " +
                           error.message());
  }
  if (!is_within(real, root)) {
    throw StaticFilesError("expected files within " + root.string() + ", received " +
                           entry.path().string() + ", a link to " + real.string() +
                           "; copy it there");
  }
  return real;
}

void add_file(Router& router, const fs::path& file, const std::string& path) {
  if (fs::file_size(file) > kMaxFile) {
    throw StaticFilesError("expected files of at most 4 MiB, received " + file.string() +
                           "; make it smaller or move it out of the folder");
  }
  const Handler handler = file_handler(content_type(path), read_file(file));
  if (path == "/index.html") {
    router.add("GET", "/", handler);
  }
  router.add("GET", path, handler, TrailingSlash::matters);
}

// The files in a folder and those below it. above: the folders that lead there, the root first.
void add_folder(Router& router, std::vector<fs::path>& above, const std::string& path) {
  for (const auto& entry : fs::directory_iterator(above.back())) {
    const std::string name = entry.path().filename().string();
    if (name.front() == '.') {
      continue;
    }
    const fs::path real = resolved(entry, above.front());
    if (fs::is_regular_file(real)) {
      add_file(router, real, path + name);
    } else if (fs::is_directory(real)) {
      if (std::find(above.begin(), above.end(), real) != above.end()) {
        throw StaticFilesError("expected folders and files, received " + entry.path().string() +
                               ", a link to a folder that it is in");
      }
      above.push_back(real);
      add_folder(router, above, path + name + "/");
      above.pop_back();
    }
  }
}

}  // namespace

void add_static_files(Router& router, const fs::path& folder) {
  if (!fs::is_regular_file(folder / "index.html")) {
    throw StaticFilesError("expected the page's files in " + folder.string() +
                           ", but there is no index.html; pass the folder with --web");
  }
  std::vector<fs::path> above{fs::canonical(folder)};
  add_folder(router, above, "/");
}

}  // namespace inkling
