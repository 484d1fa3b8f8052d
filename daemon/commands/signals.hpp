// SIGINT and SIGTERM as a stop token. A second one ends the program as it would have without us.
#pragma once

#include <stop_token>
#include <thread>

namespace slipway::commands {

// One at a time, in a program's main thread.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;

  std::stop_token token() const { return stop_.get_token(); }
  void wait();  // until the first signal

 private:
  std::stop_source stop_;
  int read_end_ = -1;
  std::jthread thread_;  // turns the signal, of which a handler can do next to nothing, into a stop request
};

}  // namespace slipway::commands
