// Telling people how promotions and jobs ended: by the daemon again and again, or by a command at its end.
// Neither needs the other, and no promotion waits for it or fails by it.
#pragma once

#include <optional>
#include <stop_token>

#include "swap/notices/mirror.hpp"
#include "swap/promote/promote.hpp"

namespace slipway::swap {

// The control database where it runs; never started from here, as a promotion needs none.
Result<pg::Session> reach_control(const Seams& seams, const Home& home);

// The daemon's part: mirrors every target, and sends.
class Teller {
 public:
  Teller(const Seams& seams, const config::Config& config, std::string control)
      : seams_(seams), config_(config), control_(std::move(control)) {}
  Done round(const Home& home, const std::stop_token& stop);

 private:
  const Seams seams_;
  const config::Config& config_;
  const std::string control_;
  std::optional<pg::Session> session_;
  Mirror mirror_;
};

// The end of a command that promoted, or recovered: its receipt and what else is not told yet. Sends only
// where no daemon runs. Takes a few seconds at most; what stands in its way is a warning.
void tell_at_end(const Context& context, const config::Config& config, const Receipt* receipt = nullptr);
// The end of a command that ran a job.
void tell_at_end(const Seams& seams, const config::Config& config, const Home& home);

}  // namespace slipway::swap
