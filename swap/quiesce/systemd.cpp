#include "swap/quiesce/systemd.hpp"

#include <fmt/format.h>

#include <sstream>

#include "base/excerpt.hpp"
#include "swap/quiesce/time_left.hpp"
#include "swap/quiesce/units.hpp"

namespace slipway::swap {
namespace {

constexpr Millis look_limit{10'000};
constexpr Millis between_looks{50};

std::vector<std::string> names_in(const std::string& memo) {
  std::istringstream words(memo);
  std::vector<std::string> names;
  for (std::string word; words >> word;) names.push_back(word);
  return names;
}

class Systemd : public Quiescer {
 public:
  Systemd(const Seams& seams, config::SystemdQuiesce step) : seams_(seams), step_(std::move(step)) {}

  std::string name() const override { return fmt::format("systemd:{}", fmt::join(step_.units, ",")); }
  Result<std::vector<std::string>> look() override;
  Result<std::string> remember() override;
  Done pause(const std::string& memo, Millis limit) override;
  Done resume(const std::string& memo, Millis limit) override;

 private:
  Result<std::string> systemctl(std::vector<std::string> words, const std::vector<std::string>& units,
                                Millis limit) const;
  Result<std::vector<Unit>> show(const std::vector<std::string>& units, Millis limit) const;
  Done stop(Millis limit) const;

  Seams seams_;
  config::SystemdQuiesce step_;
};

Result<std::string> Systemd::systemctl(std::vector<std::string> words, const std::vector<std::string>& units,
                                       Millis limit) const {
  Command command;
  command.argv = {"systemctl", "--no-ask-password", "--no-pager"};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  command.argv.push_back("--");
  command.argv.insert(command.argv.end(), units.begin(), units.end());
  command.environment = {"LC_ALL=C"};
  command.limit = limit;
  const Finished finished = TRY(seams_.processes.run(command));
  if (finished.timed_out)
    return fail("systemctl {} did not end within {} ms", words[0], limit.count())
        .next("See what it waits for: systemctl list-jobs");
  if (finished.status == 0) return finished.output;
  return fail("systemctl {} ended with status {}: {}", words[0], finished.status, end_of(finished.output))
      .next(
          "The user that runs Slipway needs the right to start and stop these units: root has it, others "
          "by a polkit rule for org.freedesktop.systemd1.manage-units.");
}

Result<std::vector<Unit>> Systemd::show(const std::vector<std::string>& units, Millis limit) const {
  return units_from(TRY(systemctl({"show", "--property=LoadState,ActiveState,TriggeredBy"}, units, limit)),
                    units);
}

Result<std::vector<std::string>> Systemd::look() {
  std::vector<std::string> lines;
  for (const Unit& unit : TRY(show(step_.units, look_limit))) {
    if (unit.load != "loaded")
      return fail("systemd does not have the unit {} (it is {})", unit.name, unit.load)
          .next("Correct `units` of the `systemd` step, or install the unit: systemctl daemon-reload.");
    if (!unit.runs())
      lines.push_back(fmt::format("{} is {}: it will not be started", unit.name, unit.active));
    if (!unit.triggered.empty())
      lines.push_back(fmt::format("{} can be started by {} meanwhile: name that before it under `units`",
                                  unit.name, unit.triggered));
  }
  return lines;
}

Result<std::string> Systemd::remember() {
  std::string memo;
  for (const Unit& unit : TRY(show(step_.units, look_limit)))
    if (unit.runs()) memo += (memo.empty() ? "" : " ") + unit.name;
  return memo;
}

Done Systemd::stop(Millis limit) const {
  const TimeLeft time(seams_.clock, limit);
  TRY(systemctl({"stop"}, step_.units, time.left()));
  for (const Unit& unit : TRY(show(step_.units, time.left())))
    if (!unit.is_gone()) return fail("{} is {} after it was stopped", unit.name, unit.active);
  return {};
}

Done Systemd::pause(const std::string& memo, Millis limit) {
  Done stopped = stop(limit - reserve_of(limit));
  if (stopped) return {};
  // A stop that is under way goes on without its systemctl; a start takes its place.
  Done resumed = resume(memo, reserve_of(limit));
  if (resumed) return stopped;
  return error(Kind::needs_operator, "not all of {} could be started again: {}", memo,
               resumed.error().summary())
      .because(std::move(stopped).error())
      .next("systemctl start " + memo);
}

// Until each is on its way up. Not until it says that it is ready: that may need a pooler that is resumed
// after it.
Done Systemd::resume(const std::string& memo, Millis limit) {
  const std::vector<std::string> units = names_in(memo);
  if (units.empty()) return {};
  const TimeLeft time(seams_.clock, limit);
  TRY(systemctl({"start", "--no-block"}, units, time.left()));
  while (true) {
    const Unit* waiting = nullptr;
    const std::vector<Unit> now = TRY(show(units, time.left()));
    for (const Unit& unit : now)
      if (!unit.runs()) waiting = &unit;
    if (!waiting) return {};
    // "failed" may still be what its stop has left behind.
    if (time.over())
      return fail("{} does not start: it is {}", waiting->name, waiting->active)
          .next("systemctl status " + waiting->name);
    time.nap(between_looks);
  }
}

}  // namespace

std::unique_ptr<Quiescer> systemd_quiescer(const Seams& seams, const config::SystemdQuiesce& step) {
  return std::make_unique<Systemd>(seams, step);
}

}  // namespace slipway::swap
