// Requests out of a stream, whole and byte by byte: both must read the same requests. What is none
// may be refused sooner where it comes byte by byte.
#include <string>
#include <utility>

#include "server/http/request_reader.h"
#include "tests/fuzz/fuzz.h"

namespace {

// Every request of the stream, up to what is none, as text.
std::string read_all(std::string_view bytes, std::size_t step) {
  inkling::HttpLimits limits;
  limits.max_body = 4096;
  inkling::RequestReader reader(limits);
  std::string all;
  try {
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      reader.feed(bytes.substr(at, step));
      while (const auto received = reader.next()) {
        const inkling::Request& request = received->request;
        all.append(request.method).append(" ").append(request.path).append("?");
        all.append(request.query).append("\n");
        for (const auto& [name, value] : request.headers) {
          all.append(name).append(": ").append(value).append("\n");
        }
        all += request.body + (received->keep_alive ? "+" : "-");
        inkling::require(request.body.size() <= limits.max_body, "a body within the limit");
      }
    }
  } catch (const inkling::HttpError&) {  // as it should be
  }
  return all;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  inkling::require(read_all(bytes, size + 1) == read_all(bytes, 1),
                   "the same requests however the bytes come");
  return 0;
}
