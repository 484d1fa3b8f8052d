// A watchdog looks at the journal once a second: it has seen that its promotion is over a moment after the
// promoter has. One whose journal goes away with its server in between does not give up soon, as it should
// not.
#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace slipway::test {

inline bool watched_by_any() {
  const std::string words = std::string("watchdog\0--promoter\0", 20) + std::to_string(::getpid()) + ":";
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry("/proc", ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    std::ifstream in(entry->path() / "cmdline");
    const std::string command{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (command.find(words) != std::string::npos) return true;
  }
  return false;
}

// Those of promotions that this process has made, for a few seconds. Also at the very end of a program, when
// much is gone already.
inline void let_watchdogs_end() {
  for (int left = 250; left > 0 && watched_by_any(); --left)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

}  // namespace slipway::test
