#include "swap/quiesce/command.hpp"

#include "swap/quiesce/time_left.hpp"
#include "swap/user_command.hpp"

namespace slipway::swap {
namespace {

constexpr Millis group_grace{3000};  // between TERM and KILL

class CommandPair : public Quiescer {
 public:
  CommandPair(const Seams& seams, config::CommandQuiesce step, std::string target, Path folder)
      : seams_(seams), step_(std::move(step)), target_(std::move(target)), folder_(std::move(folder)) {}

  std::string name() const override { return "command:" + Path(step_.pause.at(0)).filename().string(); }

  Result<std::vector<std::string>> look() override {
    TRY(find_user_command(ordered(step_.pause, "pause", Millis(0))));
    TRY(find_user_command(ordered(step_.resume, "resume", Millis(0))));
    return std::vector<std::string>();
  }

  // What they need to know they keep themselves.
  Result<std::string> remember() override { return std::string(); }

  Done pause(const std::string& memo, Millis limit) override {
    const UserCommand command = ordered(step_.pause, "pause", limit - reserve_of(limit) - group_grace);
    TRY(find_user_command(command));
    Result<std::string> paused = run_user_command(seams_, command);
    if (paused) return {};
    // It may have done half of it.
    Done resumed = resume(memo, reserve_of(limit));
    if (resumed) return std::move(paused).error();
    return error(Kind::needs_operator, "what {} holds may still be held: {}", step_.pause[0],
                 resumed.error().summary())
        .because(std::move(paused).error())
        .next("Run its resume command by hand, when the cause is gone.");
  }

  Done resume(const std::string& memo, Millis limit) override {
    (void)memo;
    TRY(run_user_command(seams_, ordered(step_.resume, "resume", limit)));
    return {};
  }

 private:
  UserCommand ordered(const std::vector<std::string>& argv, const char* action, Millis limit) const {
    UserCommand command;
    command.argv = argv;
    command.folder = folder_;
    command.variables = {"SLIPWAY_TARGET=" + target_, std::string("SLIPWAY_ACTION=") + action};
    command.limit = std::max(Millis(100), std::min(Millis(step_.timeout), limit));
    return command;
  }

  Seams seams_;
  config::CommandQuiesce step_;
  std::string target_;
  Path folder_;
};

}  // namespace

std::unique_ptr<Quiescer> command_quiescer(const Seams& seams, const config::CommandQuiesce& step,
                                           const std::string& target, const Path& folder) {
  return std::make_unique<CommandPair>(seams, step, target, folder);
}

}  // namespace slipway::swap
