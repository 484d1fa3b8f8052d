// A client that sends exactly the bytes that a test wants, and reads what comes back until it is whole.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::test {

struct Answer {
  int status = 0;    // 0: none came
  std::string head;  // the status line and the headers
  std::string body;
};

class Wire {
 public:
  explicit Wire(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<unsigned short>(port));
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0;
  }
  Wire(Wire&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_), unread_(std::move(other.unread_)) {}
  ~Wire() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool connected() const { return connected_; }
  int fd() const { return fd_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // The next answer; to a HEAD it has no body.
  Answer read(bool to_head = false) {
    Answer answer;
    while (unread_.find("\r\n\r\n") == std::string::npos)
      if (!more()) return answer;
    const std::size_t end = unread_.find("\r\n\r\n") + 4;
    answer.head = unread_.substr(0, end);
    unread_.erase(0, end);
    answer.status = std::atoi(answer.head.c_str() + 9);
    const std::size_t at = answer.head.find("Content-Length: ");
    const std::size_t length =
        at == std::string::npos || to_head ? 0 : std::strtoul(answer.head.c_str() + at + 16, nullptr, 10);
    while (unread_.size() < length)
      if (!more()) break;
    answer.body = unread_.substr(0, length);
    unread_.erase(0, length);
    return answer;
  }

  // Everything until that text has come, or the end.
  std::string read_until(std::string_view text) {
    while (unread_.find(text) == std::string::npos)
      if (!more()) break;
    return std::exchange(unread_, {});
  }
  std::string read_to_end() {
    while (more()) {
    }
    return std::exchange(unread_, {});
  }
  bool closed_by_peer() { return read_to_end().empty() && closed_; }

 private:
  bool more() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, 60'000) <= 0) return false;
    char bytes[16384];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    closed_ = got <= 0;
    if (got > 0) unread_.append(bytes, static_cast<std::size_t>(got));
    return got > 0;
  }

  int fd_;
  bool connected_ = false;
  bool closed_ = false;
  std::string unread_;
};

inline Answer ask(int port, const std::string& method, const std::string& target,
                  const std::string& token = "", const std::string& body = "",
                  const std::string& more_headers = "") {
  Wire wire(port);
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: test\r\n" + more_headers;
  if (!token.empty()) request += "Authorization: Bearer " + token + "\r\n";
  if (!body.empty())
    request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  wire.send(request + "Connection: close\r\n\r\n" + body);
  return wire.read(method == "HEAD");
}

}  // namespace slipway::test
