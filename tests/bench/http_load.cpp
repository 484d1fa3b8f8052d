// Asks one path over and over on many connections that stay open, and prints requests a second and how long
// answers took: http_load PORT PATH CONNECTIONS SECONDS [TOKEN]
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Time = std::chrono::steady_clock;

int connected(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<unsigned short>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
    std::perror("http_load: connect");
    std::exit(1);
  }
  return fd;
}

struct Client {
  int fd = -1;
  Time::time_point asked;
  std::string received;
};

// The bytes of the first whole answer; 0: there is none yet.
std::size_t whole_answer(const std::string& received) {
  const std::size_t end = received.find("\r\n\r\n");
  if (end == std::string::npos) return 0;
  const std::size_t at = received.find("Content-Length: ");
  const std::size_t length = at < end ? std::strtoul(received.c_str() + at + 16, nullptr, 10) : 0;
  return received.size() >= end + 4 + length ? end + 4 + length : 0;
}

struct Tally {
  std::vector<double> millis;
  long server_errors = 0;
  long other = 0;
};

void ask(Client& client, const std::string& request) {
  client.asked = Time::now();
  if (::send(client.fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    std::exit(1);
}

void take(Client& client, const std::string& request, Tally& tally) {
  char bytes[65536];
  const ssize_t got = ::recv(client.fd, bytes, sizeof bytes, 0);
  if (got <= 0) {
    std::fprintf(stderr, "http_load: a connection was closed\n");
    std::exit(1);
  }
  client.received.append(bytes, static_cast<std::size_t>(got));
  const std::size_t length = whole_answer(client.received);
  if (length == 0) return;
  const int status = std::atoi(client.received.c_str() + 9);
  tally.server_errors += status >= 500;
  tally.other += status != 200 && status < 500;
  tally.millis.push_back(std::chrono::duration<double, std::milli>(Time::now() - client.asked).count());
  client.received.erase(0, length);
  ask(client, request);
}

double part(std::vector<double>& sorted, double share) {
  return sorted.empty() ? 0
                        : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const int port = std::atoi(argv[1]);
  const int seconds = std::atoi(argv[4]);
  std::string request = std::string("GET ") + argv[2] + " HTTP/1.1\r\nHost: bench\r\n";
  if (argc > 5) request += std::string("Authorization: Bearer ") + argv[5] + "\r\n";
  request += "\r\n";
  std::vector<Client> clients(static_cast<std::size_t>(std::atoi(argv[3])));
  std::vector<pollfd> waits;
  for (Client& client : clients) {
    client.fd = connected(port);
    waits.push_back({client.fd, POLLIN, 0});
    ask(client, request);
  }
  Tally tally;
  const auto end = Time::now() + std::chrono::seconds(seconds);
  while (Time::now() < end) {
    if (::poll(waits.data(), waits.size(), 1000) < 0) return 1;
    for (std::size_t i = 0; i < waits.size(); ++i)
      if (waits[i].revents != 0) take(clients[i], request, tally);
  }
  std::sort(tally.millis.begin(), tally.millis.end());
  std::printf(
      "{\"requests_a_second\": %.0f, \"median_ms\": %.3f, \"p99_ms\": %.3f, \"worst_ms\": %.1f, "
      "\"server_errors\": %ld, \"other\": %ld}\n",
      static_cast<double>(tally.millis.size()) / seconds, part(tally.millis, 0.5), part(tally.millis, 0.99),
      part(tally.millis, 1), tally.server_errors, tally.other);
  return 0;
}
