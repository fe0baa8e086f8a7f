// A client for tests: raw bytes out, parsed responses in. Every wait ends after ten seconds with an
// exception, so that a server that hangs fails the test.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "data/picture.h"

namespace inkling {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class HttpClient {
 public:
  // Connects to 127.0.0.1, from there or from another address of the loopback interface, which is
  // another client to the server: 127.0.0.2, say. Throws std::runtime_error.
  explicit HttpClient(std::uint16_t port, const std::string& from = "127.0.0.1");
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  void send(std::string_view bytes) const;
  void finish_sending() const;  // half-close

  // The next response. has_body: false for the answer to HEAD. Throws std::runtime_error when the
  // connection ends before it does.
  Answer read(bool has_body = true);

  bool at_end();  // whether the server closes the connection without sending more

  int descriptor() const { return fd_; }

 private:
  bool receive();  // more bytes into buffer_; false at the end

  int fd_;
  std::string buffer_;
};

// One request on a connection of its own.
Answer request(std::uint16_t port, std::string_view bytes, bool has_body = true);
Answer get(std::uint16_t port, const std::string& path);

// "POST path" with the body as a browser sends it: Host, Content-Type, Content-Length.
std::string post_bytes(const std::string& path, const std::string& content_type,
                       const std::string& body);

inline constexpr auto kFormType = "multipart/form-data; boundary=BOUNDARY";
// A form of one file field, and the whole request that uploads it.
std::string file_form(const std::string& field, const std::string& content);
std::string upload(const std::string& path, const std::string& content);

std::string png_of(const Picture& picture);  // through RGBA, so that alpha survives

}  // namespace inkling
