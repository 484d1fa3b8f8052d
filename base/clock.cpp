#include "base/clock.hpp"

#include <fmt/core.h>

#include <ctime>
#include <thread>

namespace slipway {
namespace {

class RealClock : public Clock {
 public:
  WallTime now() override { return std::chrono::system_clock::now(); }
  Millis steady() override {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
  }
  void sleep(Millis duration) override { std::this_thread::sleep_for(duration); }
};

}  // namespace

Clock& real_clock() {
  static RealClock clock;
  return clock;
}

std::int64_t epoch_ms(WallTime time) {
  return std::chrono::duration_cast<Millis>(time.time_since_epoch()).count();
}

WallTime from_epoch_ms(std::int64_t ms) {
  return WallTime(Millis(ms));
}

std::string iso_time(WallTime time) {
  const std::int64_t ms = epoch_ms(time);
  const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, ms % 1000);
}

}  // namespace slipway
