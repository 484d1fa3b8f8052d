#include "daemon/commands/signals.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace slipway::commands {
namespace {

int write_end = -1;

void on_signal(int) {
  const int kept = errno;
  (void)!::write(write_end, "s", 1);
  errno = kept;
}

void handle(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return;  // then signals do what they do without us
  read_end_ = ends[0];
  write_end = ends[1];
  thread_ = std::jthread([this] {
    char byte = 0;
    while (::read(read_end_, &byte, 1) < 0 && errno == EINTR) {
    }
    if (byte == 's') stop_.request_stop();
  });
  handle(on_signal);
}

StopSignals::~StopSignals() {
  handle(SIG_DFL);
  if (write_end >= 0) ::close(std::exchange(write_end, -1));
  if (thread_.joinable()) thread_.join();
  if (read_end_ >= 0) ::close(read_end_);
}

void StopSignals::wait() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace slipway::commands
