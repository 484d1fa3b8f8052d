#include "swap/journal.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "swap/sealed.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr int format = 2;

json to_json(const ProcessId& p) {
  return {{"pid", p.pid}, {"start_ticks", p.start_ticks}};
}

ProcessId process_from(const json& body) {
  return {body.at("pid").get<pid_t>(), body.at("start_ticks").get<std::uint64_t>()};
}

json to_json(const Attempt& a) {
  json steps = json::array(), verify = json::array(), paused = json::array();
  for (const Pause& p : a.paused) paused.push_back({{"name", p.name}, {"memo", p.memo}});
  for (const JournalStep& s : a.steps)
    steps.push_back({{"step", s.step}, {"at_ms", s.at_ms}, {"ms", s.ms}, {"intent", s.intent}});
  for (const ProbeResult& p : a.verify)
    verify.push_back({{"probe", p.probe}, {"ok", p.ok}, {"detail", p.detail}});
  return {{"epoch", a.epoch},
          {"kind", a.kind},
          {"from", a.from},
          {"to", a.to},
          {"state", name(a.state)},
          {"actor", a.actor},
          {"started_ms", a.started_ms},
          {"lease",
           {{"boot_id", a.lease.boot_id},
            {"promoter", to_json(a.lease.promoter)},
            {"watchdog", to_json(a.lease.watchdog)},
            {"deadline_ms", a.lease.deadline_ms},
            {"steady_deadline_ms", a.lease.steady_deadline_ms}}},
          {"token", a.token},
          {"paused", paused},
          {"hold_began_ms", a.hold_began_ms},
          {"pause_ms", a.pause_ms},
          {"failed_verification", a.failed_verification},
          {"close_clients", a.close_clients},
          {"steps", steps},
          {"verify", verify},
          {"carried", a.carried},
          {"reason", a.reason}};
}

Attempt attempt_from(const json& body) {
  Attempt a;
  a.epoch = body.at("epoch");
  a.kind = body.at("kind");
  a.from = body.at("from");
  a.to = body.at("to");
  a.state = promotion_step(body.at("state").get<std::string>()).value_or(Step::needs_operator);
  a.actor = body.at("actor");
  a.started_ms = body.at("started_ms");
  const json& lease = body.at("lease");
  a.lease = {lease.at("boot_id"), process_from(lease.at("promoter")), process_from(lease.at("watchdog")),
             lease.at("deadline_ms"), lease.value("steady_deadline_ms", std::int64_t{0})};
  a.token = body.value("token", std::string());  // format 1 had neither
  for (const json& p : body.value("paused", json::array())) a.paused.push_back({p.at("name"), p.at("memo")});
  a.hold_began_ms = body.at("hold_began_ms");
  a.pause_ms = body.at("pause_ms");
  a.failed_verification = body.at("failed_verification");
  a.close_clients = body.value("close_clients", false);
  for (const json& s : body.at("steps"))
    a.steps.push_back({s.at("step"), s.at("at_ms"), s.at("ms"), s.at("intent")});
  for (const json& p : body.at("verify")) a.verify.push_back({p.at("probe"), p.at("ok"), p.at("detail")});
  a.carried = body.value("carried", std::map<std::string, long long>());
  a.reason = body.at("reason");
  return a;
}

json to_json(const Scheduled& s) {
  return {{"id", s.id},
          {"at_ms", s.at_ms},
          {"actor", s.actor},
          {"expect_live", s.expect_live},
          {"allow", s.allow}};
}

Scheduled scheduled_from(const json& body) {
  return {body.at("id"), body.at("at_ms"), body.at("actor"), body.at("expect_live"), body.at("allow")};
}

json to_json(const SnapshotRecord& r) {
  return {{"predecessor", r.predecessor},     {"first_promoted_ms", r.first_promoted_ms},
          {"live_since_ms", r.live_since_ms}, {"bad", r.bad},
          {"bad_reason", r.bad_reason},       {"pinned", r.pinned}};
}

SnapshotRecord record_from(const json& body) {
  return {body.at("predecessor"), body.at("first_promoted_ms"), body.at("live_since_ms"),
          body.at("bad"),         body.at("bad_reason"),        body.at("pinned")};
}

Journal journal_from(const json& body) {
  Journal journal;
  journal.epoch = body.at("epoch");
  for (const auto& [id, record] : body.at("snapshots").items()) journal.snapshots[id] = record_from(record);
  if (!body.at("attempt").is_null()) journal.attempt = attempt_from(body.at("attempt"));
  if (const auto later = body.find("scheduled"); later != body.end() && !later->is_null())
    journal.scheduled = scheduled_from(*later);
  return journal;
}

json to_json(const Journal& journal) {
  json snapshots = json::object();
  for (const auto& [id, record] : journal.snapshots) snapshots[id] = to_json(record);
  return {{"epoch", journal.epoch},
          {"snapshots", snapshots},
          {"attempt", journal.attempt ? to_json(*journal.attempt) : json()},
          {"scheduled", journal.scheduled ? to_json(*journal.scheduled) : json()}};
}

Result<Journal> journal_from(const json& body, const std::string& where) {
  try {
    return journal_from(body);
  } catch (const json::exception& wrong) {
    return fail("{} is not a promotion journal: {}", where, wrong.what());
  }
}

}  // namespace

void Lease::extend(Millis duration, Clock& clock) {
  deadline_ms = epoch_ms(clock.now()) + duration.count();
  steady_deadline_ms = (clock.steady() + duration).count();
}

Millis Lease::left(Clock& clock) const {
  if (boot_id == slipway::boot_id() && steady_deadline_ms > 0)
    return Millis(steady_deadline_ms) - clock.steady();
  return Millis(deadline_ms - epoch_ms(clock.now()));
}

std::string journal_text(const Journal& journal) {
  return sealed(format, to_json(journal));
}

Result<Journal> journal_from_text(const std::string& text, const std::string& where) {
  return journal_from(TRY(unsealed(text, where, format)), where);
}

Result<Journal> read_journal(Files& files, const Path& path) {
  const std::optional<json> body = TRY(read_sealed(files, path, format));
  if (!body) return Journal{};
  return journal_from(*body, path.string());
}

Done write_journal(Files& files, const Path& path, const Journal& journal) {
  return write_sealed(files, path, format, to_json(journal));
}

std::string previous_of(const Journal& journal, const std::string& live) {
  std::set<std::string> seen;
  std::string id = live;
  while (!id.empty() && seen.insert(id).second) {
    const auto record = journal.snapshots.find(id);
    if (record == journal.snapshots.end()) return {};
    id = record->second.predecessor;
    const auto before = journal.snapshots.find(id);
    const bool bad = before != journal.snapshots.end() && before->second.bad;
    if (!id.empty() && !bad) return id;
  }
  return {};
}

}  // namespace slipway::swap
