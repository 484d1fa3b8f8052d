#include "daemon/commands/tick.hpp"

#include "base/log.hpp"
#include "swap/promote/promote.hpp"
#include "swap/retention/prune.hpp"
#include "swap/servers/up.hpp"

namespace slipway::commands {
namespace {

constexpr Millis interval{2000};
constexpr Millis between_prunes{600'000};

}  // namespace

Tick::Tick(const Seams& seams, const config::Config& config, const swap::Home& home)
    : seams_(seams),
      config_(config),
      home_(home),
      thread_([this](const std::stop_token& stop) { loop(stop); }) {}

Tick::~Tick() {
  thread_.request_stop();
  thread_.join();
}

void Tick::loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    run_all();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, interval, [] { return false; });
  }
}

// The one place for everything that the daemon does again and again.
void Tick::run_all() {
  note("ending interrupted promotions", swap::recover_all(seams_, config_, home_));
  note("keeping the servers up", swap::supervise_once(seams_, config_, home_));
  if (seams_.clock.steady() < next_prune_) return;
  next_prune_ = seams_.clock.steady() + between_prunes;
  note("retention", swap::prune_all(seams_, config_, home_));
}

// Said once when a trouble begins or changes, and once when it is over.
void Tick::note(const std::string& what, const Done& done) {
  const std::string trouble = done ? "" : done.error().text();
  if (trouble == troubles_[what]) return;
  if (trouble.empty())
    log::warning("{}: works again", what);
  else
    log::error("{}: {}", what, trouble);
  troubles_[what] = trouble;
}

}  // namespace slipway::commands
