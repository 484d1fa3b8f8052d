// Units behind a stand-in for systemctl: systemd does not run here. Their services are real processes.
#include "swap/quiesce/systemd.hpp"
#include "tests/contract/swap/rig.hpp"
#include "tests/support/units.hpp"

namespace slipway::test {
namespace {

class SystemdRig : public Rig {
 public:
  SystemdRig() {
    units_.install("api.service", true);
    units_.install("worker.service", true);
  }

  std::unique_ptr<swap::Quiescer> quiescer() override { return of({"api.service", "worker.service"}); }
  std::unique_ptr<swap::Quiescer> missing() override { return of({"api.service", "nothing.service"}); }

  bool is_held() override {
    if (units_.runs("api.service") != units_.runs("worker.service"))
      throw std::runtime_error("one unit runs, and the other does not");
    return !units_.runs("api.service");
  }

  void obstruct() override { units_.put("worker.service", "stubborn", ""); }

 private:
  static std::unique_ptr<swap::Quiescer> of(std::vector<std::string> units) {
    return swap::systemd_quiescer(real_seams(), {std::move(units)});
  }

  Units units_;
};

}  // namespace

std::unique_ptr<Rig> systemd_rig() {
  return std::make_unique<SystemdRig>();
}

}  // namespace slipway::test
