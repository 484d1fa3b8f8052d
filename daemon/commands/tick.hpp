// What the daemon looks after every two seconds, on a thread of its own.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "base/config/config.hpp"
#include "swap/home.hpp"

namespace slipway::commands {

class Tick {
 public:
  Tick(const Seams& seams, const config::Config& config, const swap::Home& home);
  ~Tick();
  Tick(const Tick&) = delete;

 private:
  void loop(const std::stop_token& stop);
  void run_all();
  void note(const std::string& what, const Done& done);

  const Seams seams_;
  const config::Config& config_;
  const swap::Home& home_;
  std::map<std::string, std::string> troubles_;  // what does not work at the moment, and why
  Millis next_prune_{0};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses all the others
};

}  // namespace slipway::commands
