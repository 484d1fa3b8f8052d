// How often one caller may change something: a burst, then so many a second.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace slipway::api {

struct Rate {
  double burst = 120;
  double a_second = 2;
};

class RateLimit {
 public:
  explicit RateLimit(Rate rate = {}, Clock& clock = real_clock()) : rate_(rate), clock_(clock) {}

  // Nothing: go on. Else the whole seconds until it may.
  std::optional<int> take(const std::string& caller);
  std::size_t callers() const { return buckets_.size(); }

 private:
  struct Bucket {
    double left = 0;
    Millis at{0};
  };
  void forget_full(Millis now);  // with the mutex held

  const Rate rate_;
  Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace slipway::api
