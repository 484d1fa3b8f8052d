// Time, behind a seam: tests turn it back, or make it stand still.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace slipway {

// Durations everywhere in whole units; the unit stands in the name.
using Seconds = std::chrono::seconds;
using Millis = std::chrono::milliseconds;
using WallTime = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() = 0;
  // Never goes back; only differences mean something.
  virtual Millis steady() = 0;
  virtual void sleep(Millis duration) = 0;
};

Clock& real_clock();

// "2026-11-21T09:30:00.123Z", and back is not needed: machines read epoch_ms.
std::string iso_time(WallTime time);
std::int64_t epoch_ms(WallTime time);
WallTime from_epoch_ms(std::int64_t ms);

}  // namespace slipway
