#include "swap/guardrails/inspect.hpp"

#include <algorithm>

#include "swap/guardrails/gather.hpp"

namespace slipway::swap {
namespace {

constexpr Millis call_limit{120'000};  // a structure of many thousand tables takes its time

struct Opened {
  std::optional<pg::Session> session;
  std::string schema;
};

Result<Opened> open(const Context& context, Engine& engine, const std::string& id) {
  const Place place = TRY(engine.place(id));
  pg::Options options;
  options.call_limit = call_limit;
  return Opened{TRY(context.seams.connections.open(place.conninfo, options)), place.schema};
}

// One that does not answer is judged by what was kept of it.
Done ask_live(const Context& context, Engine& engine, const std::string& id, Opened& opened, Asked& live,
              Findings& findings) {
  Result<Opened> answer = open(context, engine, id);
  if (!answer) {
    findings.live_silence = answer.error().summary();
    live.kept = TRY(engine.kept(id));
    return {};
  }
  opened = std::move(answer).value();
  live.session = &*opened.session;
  live.schema = opened.schema;
  return {};
}

// Who is connected to a pooler never hears of a switch; who is connected to a server that closes does.
bool clients_stay(const config::Target& target) {
  if (target.mode == config::Mode::schema) return true;
  if (target.mode == config::Mode::volume) return !target.restart.has_value();
  return std::any_of(target.quiesce.begin(), target.quiesce.end(), [](const config::QuiesceStep& one) {
    return std::holds_alternative<config::PgBouncerQuiesce>(one.how);
  });
}

std::map<std::string, std::string> settled(const config::Target& target) {
  std::map<std::string, std::string> kinds;
  if (!clients_stay(target)) kinds["client_shape"] = "every client gets a session of its own anew";
  if (target.mode == config::Mode::schema) {
    kinds["grants"] = "what live grants is granted on the candidate too";
    kinds["publications"] = "they go over to the candidate's tables";
  }
  return kinds;
}

}  // namespace

Result<std::vector<Guardrail>> inspect(const Context& context, Engine& engine, Direction direction,
                                       const std::string& live, const std::string& to, Candidate candidate) {
  Findings findings;
  findings.direction = direction;
  findings.candidate = TRY(engine.manifest(to));
  const Disk disk = TRY(engine.disk());
  findings.disk_total_bytes = disk.total_bytes;
  findings.disk_free_bytes = disk.free_bytes;
  Asked of_live, of_candidate;
  Opened opened_live, opened_candidate;
  findings.settled = settled(context.target);
  if (!live.empty()) {
    Result<Manifest> of_live_itself = engine.manifest(live);
    findings.live = of_live_itself ? *of_live_itself : damaged_manifest(live, of_live_itself.error());
    TRY(ask_live(context, engine, live, opened_live, of_live, findings));
  }
  // What is wrong with live stands in the way of nobody who knows of it.
  if (findings.live && findings.live->state == SnapshotState::bad)
    findings.live_silence = findings.live->failure;
  of_candidate.kept = TRY(engine.kept(to));
  if (candidate == Candidate::prepared) {
    opened_candidate = TRY(open(context, engine, to));
    const Journal journal = TRY(engine.read_journal());
    const auto record = journal.snapshots.find(to);
    findings.was_live = record != journal.snapshots.end() && record->second.first_promoted_ms > 0;
    of_candidate.session = &*opened_candidate.session;
    of_candidate.schema = opened_candidate.schema;
  }
  TRY(gather(context.target, of_live, of_candidate, findings));
  return guardrails(context.target.guardrails, findings);
}

}  // namespace slipway::swap
