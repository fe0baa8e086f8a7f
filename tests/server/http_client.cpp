#include "tests/server/http_client.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <arpa/inet.h>
#include <lodepng.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace inkling {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::generic_category().message(errno));
}

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c | 0x20);
    }
  }
  return text;
}

}  // namespace

HttpClient::HttpClient(std::uint16_t port, const std::string& from)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval limit{10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (inet_pton(AF_INET, from.c_str(), &address.sin_addr) != 1 ||
      bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(fd_);
    fail("bind");
  }
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    close(fd_);
    fail("connect");
  }
}

HttpClient::~HttpClient() { close(fd_); }

void HttpClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) {
      fail("send");
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void HttpClient::finish_sending() const { shutdown(fd_, SHUT_WR); }

bool HttpClient::receive() {
  std::array<char, 65536> bytes{};
  const ssize_t count = recv(fd_, bytes.data(), bytes.size(), 0);
  if (count < 0) {
    fail("no answer in time");
  }
  buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

Answer HttpClient::read(bool has_body) {
  std::size_t end = 0;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive()) {
      throw std::runtime_error("the connection ended within: " + buffer_);
    }
  }
  Answer answer;
  answer.status = std::stoi(buffer_.substr(std::strlen("HTTP/1.1 "), 3));
  std::size_t line = buffer_.find("\r\n") + 2;
  while (line < end) {
    const std::size_t next = buffer_.find("\r\n", line);
    const std::size_t colon = buffer_.find(": ", line);
    answer.headers[lower_case(buffer_.substr(line, colon - line))] =
        buffer_.substr(colon + 2, next - colon - 2);
    line = next + 2;
  }
  buffer_.erase(0, end + 4);
  const auto length = answer.headers.find("content-length");
  const std::size_t size =
      has_body && length != answer.headers.end() ? std::stoul(length->second) : 0;
  while (buffer_.size() < size) {
    if (!receive()) {
      throw std::runtime_error("the connection ended within a body");
    }
  }
  answer.body = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return answer;
}

bool HttpClient::at_end() { return buffer_.empty() && !receive(); }

Answer request(std::uint16_t port, std::string_view bytes, bool has_body) {
  HttpClient client(port);
  client.send(bytes);
  return client.read(has_body);
}

Answer get(std::uint16_t port, const std::string& path) {
  return request(port, "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n");
}

std::string post_bytes(const std::string& path, const std::string& content_type,
                       const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Type: " + content_type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string file_form(const std::string& field, const std::string& content) {
  return "--BOUNDARY\r\nContent-Disposition: form-data; name=\"" + field +
         "\"; filename=\"digit.png\"\r\nContent-Type: image/png\r\n\r\n" + content +
         "\r\n--BOUNDARY--\r\n";
}

std::string upload(const std::string& path, const std::string& content) {
  return post_bytes(path, kFormType, file_form("file", content));
}

std::string png_of(const Picture& picture) {
  std::vector<unsigned char> bytes;
  lodepng::encode(bytes, picture.rgba, static_cast<unsigned>(picture.width),
                  static_cast<unsigned>(picture.height));
  return {bytes.begin(), bytes.end()};
}

}  // namespace inkling
