// What the daemon looks after every two seconds, on a thread of its own; and the notices on another, so that
// a receiver that hangs holds up nothing.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "swap/home.hpp"
#include "swap/notices/tell.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::commands {

class Tick {
 public:
  Tick(const Seams& seams, const config::Config& config, const swap::Home& home, const std::string& control);
  ~Tick();
  Tick(const Tick&) = delete;

 private:
  void loop(const std::stop_token& stop, const std::function<void()>& work);
  void run_all();
  void note(const std::string& what, const Done& done);

  const Seams seams_;
  const config::Config& config_;
  const swap::Home& home_;
  swap::Teller teller_;
  std::mutex troubles_mutex_;
  std::map<std::string, std::string> troubles_;  // what does not work at the moment, and why
  Millis next_prune_{0};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_, telling_;  // last: they use all the others
};

}  // namespace slipway::commands
