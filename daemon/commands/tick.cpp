#include "daemon/commands/tick.hpp"

#include "base/log.hpp"
#include "swap/promote/promote.hpp"
#include "swap/promote/schedule.hpp"
#include "swap/retention/carried.hpp"
#include "swap/retention/prune.hpp"
#include "swap/servers/up.hpp"

namespace slipway::commands {
namespace {

constexpr Millis interval{2000};
constexpr Millis between_prunes{600'000};

}  // namespace

Tick::Tick(const Seams& seams, const config::Config& config, const swap::Home& home,
           const std::string& control)
    : seams_(seams),
      config_(config),
      home_(home),
      teller_(seams, config, control),
      thread_([this](const std::stop_token& stop) { loop(stop, [this] { run_all(); }); }),
      telling_([this](const std::stop_token& stop) {
        loop(stop, [this, &stop] { note("notices and history", teller_.round(home_, stop)); });
      }) {}

Tick::~Tick() {
  for (std::jthread* thread : {&thread_, &telling_}) thread->request_stop();
  for (std::jthread* thread : {&thread_, &telling_}) thread->join();
}

void Tick::loop(const std::stop_token& stop, const std::function<void()>& work) {
  while (!stop.stop_requested()) {
    work();
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, interval, [] { return false; });
  }
}

// The one place for everything else that the daemon does again and again.
void Tick::run_all() {
  note("ending interrupted promotions", swap::recover_all(seams_, config_, home_));
  note("looking for scheduled promotions", swap::promote_due(seams_, config_, home_));
  note("keeping the servers up", swap::supervise_once(seams_, config_, home_));
  if (seams_.clock.steady() < next_prune_) return;
  next_prune_ = seams_.clock.steady() + between_prunes;
  note("retention", swap::prune_all(seams_, config_, home_));
  note("logs of carried tables", swap::shorten_all_logs(seams_, config_, home_));
}

// Said once when a trouble begins or changes, and once when it is over.
void Tick::note(const std::string& what, const Done& done) {
  const std::string trouble = done ? "" : done.error().text();
  const std::lock_guard lock(troubles_mutex_);
  if (trouble == troubles_[what]) return;
  if (trouble.empty())
    log::warning("{}: works again", what);
  else
    log::error("{}: {}", what, trouble);
  troubles_[what] = trouble;
}

}  // namespace slipway::commands
