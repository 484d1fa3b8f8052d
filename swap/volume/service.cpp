// `serve: restart`: one fixed service owns the data directory behind `current`. It is stopped, the link
// moves, and it is started; no server of ours runs on live beside it.
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

constexpr Millis command_limit{180'000};
constexpr Millis ready_limit{600'000};  // crash recovery of a large cluster takes its time
constexpr Millis end_limit{20'000};

enum class Verb { stop, start };

std::vector<std::string> words(const config::Restart& restart, Verb verb) {
  if (restart.unit.empty()) return verb == Verb::stop ? restart.stop : restart.start;
  return {"systemctl", verb == Verb::stop ? "stop" : "start", restart.unit};
}

}  // namespace

Done Volume::tell_service(const std::vector<std::string>& words) {
  Command command;
  command.argv = words;
  command.inherit_environment = true;
  command.environment = {"SLIPWAY_TARGET=" + target_.name,
                         "SLIPWAY_DATA=" + (names_.current() / "pgdata").string()};
  command.folder = home_.config_folder;
  command.limit = command_limit;
  Result<std::string> told = run_checked(seams_.processes, command);
  if (told) return {};
  return fail("the service of target {} did not do as it was told", target_.name)
      .because(std::move(told).error())
      .next(
          "Run it by hand to see why; `serve: restart` in slipway.yaml says how the service is stopped and "
          "started.");
}

// Proven, and not believed: a server that went on would write its next checkpoint into the new cluster.
Done Volume::stop_service(const std::string& id) {
  Done told = tell_service(words(*target_.restart, Verb::stop));
  // One that runs no more may well say that it cannot be stopped.
  if (!told && !TRY(processes_in(cluster(id).data)).empty()) return told;
  const Millis deadline = seams_.clock.steady() + end_limit;
  while (!TRY(processes_in(cluster(id).data)).empty()) {
    if (seams_.clock.steady() >= deadline)
      return fail("the service of target {} was stopped, and processes still work in {}", target_.name,
                  cluster(id).data.string())
          .next("Is that the service that `serve: restart` names?");
    seams_.clock.sleep(Millis(20));
  }
  return {};
}

// Returns once what is live takes sessions; one that runs already is fine.
Done Volume::start_service() {
  const std::string id = TRY(live());
  if (id.empty()) return {};
  TRY(seams_.files.make_folders(cluster(id).socket, 0700));  // made anew after a reboot
  if (!TRY(find_server(seams_, cluster(id)))) TRY(tell_service(words(*target_.restart, Verb::start)));
  const Millis deadline = seams_.clock.steady() + ready_limit;
  while (true) {
    Result<pg::Session> session = connect(seams_, cluster(id), "postgres");
    if (session) return {};
    if (seams_.clock.steady() >= deadline)
      return fail("the service of target {} was started, and does not answer at {}", target_.name,
                  cluster(id).socket.string())
          .because(std::move(session).error())
          .next("It must start PostgreSQL on " + (names_.current() / "pgdata").string() + " as user " +
                home_.user + ".");
    seams_.clock.sleep(Millis(50));
  }
}

// The candidate was started for its checks only.
std::vector<EngineStep> Volume::hand_over_to_service(const Attempt& attempt) {
  std::vector<EngineStep> steps = {{"stop_candidate", [this, id = attempt.to]() -> Done {
                                      const FileLock lock = TRY(lock_home(home_));
                                      TRY(configure(seams_, cluster(id), production(Door::open)));
                                      return stop(seams_, cluster(id), Stop::clean);
                                    }}};
  if (!attempt.from.empty())
    steps.push_back({"stop_service", [this, id = attempt.from] { return stop_service(id); }});
  return steps;
}

}  // namespace slipway::swap
