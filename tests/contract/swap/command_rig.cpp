// A service that two scripts stop and continue: a real process, and real signals.
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "swap/quiesce/command.hpp"
#include "tests/contract/swap/rig.hpp"
#include "tests/support/child.hpp"
#include "tests/unit/base/folder.hpp"

namespace slipway::test {
namespace {

class CommandRig : public Rig {
 public:
  CommandRig() : service_({"sleep", "3600"}, "/dev/null") {
    std::ofstream(folder_ / "pid") << service_.pid();
    // A signal acts when the kernel gets to it; so they wait until it has.
    write_script("pause.sh",
                 "test \"$SLIPWAY_TARGET $SLIPWAY_ACTION\" = 'portal pause' || exit 9\n"
                 "kill -STOP $(cat pid)\n"
                 "until grep -q '^State:.T' /proc/$(cat pid)/status; do sleep 0.02; done");
    write_script("resume.sh",
                 "test \"$SLIPWAY_TARGET $SLIPWAY_ACTION\" = 'portal resume' || exit 9\n"
                 "kill -CONT $(cat pid)\n"
                 "while grep -q '^State:.T' /proc/$(cat pid)/status; do sleep 0.02; done");
  }

  std::unique_ptr<swap::Quiescer> quiescer() override { return pair("./pause.sh"); }
  std::unique_ptr<swap::Quiescer> missing() override { return pair("./nothing.sh"); }

  bool is_held() override {
    std::ifstream stat("/proc/" + std::to_string(service_.pid()) + "/stat");
    std::string pid, name, state;
    stat >> pid >> name >> state;
    return state == "T";
  }

  // It pauses, and then hangs, with a child, and neither listens to TERM.
  void obstruct() override {
    write_script("pause.sh",
                 "kill -STOP $(cat pid)\ntrap '' TERM\n(trap '' TERM; sleep 3600) &\nsleep 3600\nsleep 3600");
  }

 private:
  std::unique_ptr<swap::Quiescer> pair(const std::string& pause) {
    config::CommandQuiesce step;
    step.pause = {pause};
    step.resume = {"./resume.sh"};
    return swap::command_quiescer(real_seams(), step, "portal", folder_.path());
  }
  void write_script(const std::string& name, const std::string& body) {
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << body << "\n";
    ::chmod((folder_ / name).c_str(), 0755);
  }

  Folder folder_;
  Child service_;
};

}  // namespace

std::unique_ptr<Rig> command_rig() {
  return std::make_unique<CommandRig>();
}

}  // namespace slipway::test
