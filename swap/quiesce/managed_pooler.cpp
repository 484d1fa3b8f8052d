#include "swap/quiesce/managed_pooler.hpp"

#include "swap/quiesce/console.hpp"
#include "swap/quiesce/time_left.hpp"

namespace slipway::swap {
namespace {

class ManagedPooler : public Quiescer {
 public:
  ManagedPooler(const Seams& seams, Pooler pooler)
      : seams_(seams),
        pooler_(std::move(pooler)),
        console_{[this](Millis limit) { return pooler_console(seams_, pooler_, limit); },
                 fmt::format("the front door on port {}", pooler_.port)} {}

  std::string name() const override { return "front_door"; }

  // It may not run yet: a promotion starts it before the pause.
  Result<std::vector<std::string>> look() override {
    if (pooler_.pool != config::Pool::session) return std::vector<std::string>();
    return std::vector<std::string>{
        "`pool: session`: the pause waits until every client has left, and is given up at the deadline"};
  }

  // Nobody but us pauses it.
  Result<std::string> remember() override { return std::string(); }

  Done pause(const std::string& memo, Millis limit) override {
    Done paused = pause_database(seams_, console_, pooler_.database, limit);
    // Nobody but us pauses it: what is paused already was left so by one of us.
    if (paused || paused.error().kind() == Kind::needs_operator) return paused;
    TRY(resume(memo, reserve_of(limit)));
    return paused;
  }

  Done close_clients(Millis limit) override { return close_clients_of(console_, pooler_.database, limit); }

  Done resume(const std::string& memo, Millis limit) override {
    (void)memo;
    return resume_database(console_, pooler_.database, limit);
  }

 private:
  Seams seams_;
  Pooler pooler_;
  Console console_;
};

}  // namespace

std::unique_ptr<Quiescer> managed_pooler_quiescer(const Seams& seams, const Pooler& pooler) {
  return std::make_unique<ManagedPooler>(seams, pooler);
}

}  // namespace slipway::swap
