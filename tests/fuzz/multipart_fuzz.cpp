// A form's body; its first line is the Content-Type.
#include <algorithm>

#include "server/http/header_text.h"
#include "server/http/multipart.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view body(reinterpret_cast<const char*>(data), size);
  const std::string_view content_type = inkling::cut(body, "\n");
  try {
    const auto boundary = inkling::multipart_boundary(content_type);
    if (!boundary) {
      return 0;
    }
    const auto parts = inkling::parse_multipart(body, *boundary);
    inkling::require(std::all_of(parts.begin(), parts.end(),
                                 [&](const inkling::Part& part) {
                                   return part.data.data() >= body.data() &&
                                          part.data.data() + part.data.size() <=
                                              body.data() + body.size();
                                 }),
                     "parts within the body");
  } catch (const inkling::MultipartError&) {  // as it should be
  }
  return 0;
}
