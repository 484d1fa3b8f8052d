// A TCP port on loopback that nobody has at the moment, nor gets by chance: it lies below those that the
// kernel gives to whoever connects, so that a server which is killed finds it free when it is started again.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

namespace slipway::test {

inline bool is_free(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool free = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return free;
}

inline int free_port() {
  std::random_device random;
  std::uniform_int_distribution<int> ports(10'000, 32'000);
  for (int attempt = 0; attempt < 1000; ++attempt)
    if (const int port = ports(random); is_free(port)) return port;
  throw std::runtime_error("no free port");
}

}  // namespace slipway::test
