// A deadline that several calls share.
#pragma once

#include <algorithm>

#include "base/clock.hpp"

namespace slipway::swap {

class TimeLeft {
 public:
  TimeLeft(Clock& clock, Millis limit) : clock_(clock), end_(clock.steady() + limit) {}

  bool over() const { return clock_.steady() >= end_; }
  // Never 0: some calls take that for "without a limit".
  Millis left() const { return std::max(Millis(1), end_ - clock_.steady()); }
  void nap(Millis longest) const { clock_.sleep(std::min(longest, left())); }

 private:
  Clock& clock_;
  Millis end_;
};

// What a pause leaves of its limit for taking itself back.
inline Millis reserve_of(Millis limit) {
  return std::min(Millis(5000), limit / 4);
}

}  // namespace slipway::swap
