#include "daemon/api/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace slipway::api {
namespace {

constexpr std::size_t many_buckets = 10'000;

double seconds_between(Millis before, Millis after) {
  return static_cast<double>((after - before).count()) / 1000;
}

}  // namespace

std::optional<int> RateLimit::take(const std::string& caller) {
  const std::lock_guard lock(mutex_);
  const Millis now = clock_.steady();
  if (buckets_.size() >= many_buckets) forget_full(now);
  const auto [found, fresh] = buckets_.try_emplace(caller, Bucket{rate_.burst, now});
  Bucket& bucket = found->second;
  bucket.left = std::min(rate_.burst, bucket.left + seconds_between(bucket.at, now) * rate_.a_second);
  bucket.at = now;
  if (bucket.left < 1) return static_cast<int>(std::ceil((1 - bucket.left) / rate_.a_second));
  bucket.left -= 1;
  return std::nullopt;
}

// Who has not asked for so long is as good as new.
void RateLimit::forget_full(Millis now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const Bucket& bucket = entry.second;
    return bucket.left + seconds_between(bucket.at, now) * rate_.a_second >= rate_.burst;
  });
}

}  // namespace slipway::api
