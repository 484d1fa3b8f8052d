// A promotion in volume mode: the candidate's server is started warm, the token is a symlink, and the switch
// is its rename onto `current`.
#include "base/log.hpp"
#include "base/pg/identifier.hpp"
#include "swap/manifest_table.hpp"
#include "swap/servers/pooler.hpp"
#include "swap/state/cluster_state.hpp"
#include "swap/volume/volume.hpp"

namespace slipway::swap {
namespace {

constexpr Millis end_limit{10'000};

}  // namespace

Result<std::string> Volume::name_token(long long epoch) {
  return names_.token(epoch).filename().string();
}

Done Volume::make_token(const Attempt& attempt) {
  const Path token = names_.token(attempt.epoch);
  TRY(seams_.files.remove(token));
  return seams_.files.symlink(current_text(attempt.to), token);
}

Done Volume::start_candidate(const std::string& id) {
  const FileLock lock = TRY(lock_home(home_));
  TRY(configure(seams_, cluster(id), production(Door::closed)));
  TRY(start(seams_, cluster(id)));
  return target_.front.given() ? Done{} : ensure_pooler(seams_, home_, target_);
}

// A live server that is down keeps what it knows: the guardrail `live` has named it, and a way back has to
// work.
Done Volume::copy_state(const Attempt& attempt) {
  Result<pg::Session> live = connect(seams_, cluster(attempt.from), target_.database_name);
  if (!live) {
    log::warning("target {}: roles and settings are not copied: {}", target_.name, live.error().summary());
    return {};
  }
  pg::Session candidate = TRY(connect(seams_, cluster(attempt.to), target_.database_name));
  const Journal journal = TRY(read_journal());
  const auto record = journal.snapshots.find(attempt.to);
  const bool was_live = record != journal.snapshots.end() && record->second.first_promoted_ms > 0;
  Done copied =
      copy_cluster_state(*live, candidate, target_.database_name, was_live ? Gone::drop : Gone::keep);
  if (copied || attempt.kind != "way_back") return copied;
  // It was live a moment ago, and clients wait for it.
  log::warning("target {}: {}", target_.name, copied.error().summary());
  return {};
}

std::vector<EngineStep> Volume::prepare(const Attempt& attempt) {
  std::vector<EngineStep> steps{{"start_candidate", [this, id = attempt.to] { return start_candidate(id); }}};
  if (attempt.kind == "way_back" && !target_.restart)
    steps.push_back({"end_silent_live", [this, id = attempt.from] { return end_if_silent(id); }});
  if (!attempt.from.empty()) steps.push_back({"copy_state", [this, attempt] { return copy_state(attempt); }});
  steps.push_back({"open_candidate", [this, id = attempt.to] {
                     return set_door(seams_, cluster(id), production(Door::open));
                   }});
  return steps;
}

// What failed may hang, and the clients that wait for it would hold up the pause.
Done Volume::end_if_silent(const std::string& id) {
  Result<pg::Session> session =
      connect(seams_, cluster(id), "postgres", {.connect_limit = Seconds(5), .call_limit = Millis(5000)});
  if (session && session->query("select 1")) return {};
  log::warning("stopping the server of snapshot {}, which does not answer", id);
  return stop(seams_, cluster(id), Stop::at_once);
}

// The pooler's pause hides live; nothing else reaches it.
std::vector<EngineStep> Volume::close_live(const Attempt& attempt) {
  return target_.restart ? hand_over_to_service(attempt) : std::vector<EngineStep>();
}

Done Volume::flip(const Attempt& attempt, const Journal&) {
  const std::string now = TRY(live());
  if (now != attempt.from)
    return fail("somebody moved {} meanwhile: it leads to {}", names_.current().string(),
                now.empty() ? "nothing" : now);
  Done renamed = seams_.files.rename(names_.token(attempt.epoch), names_.current());
  if (renamed) return {};
  return fail("the switch could not be made: its token is gone, or the link is not a link")
      .because(std::move(renamed).error());
}

// A pooler that dies now comes up unpaused, and would bring clients back to what was live.
std::vector<EngineStep> Volume::close_previous(const Attempt& attempt) {
  if (target_.restart) return {{"start_service", [this] { return start_service(); }}};
  if (attempt.from.empty()) return {};
  return {{"close_previous", [this, id = attempt.from] { return close(id); }}};
}

// A server that does not hear is ended, for somebody may be writing to it. Without the home's lock, for which
// clients would have to wait: what is not live is nobody else's as long as we hold the target.
Done Volume::close(const std::string& id) {
  Done closed = set_door(seams_, cluster(id), production(Door::closed));
  if (closed) closed = end_sessions(seams_, cluster(id), end_limit);
  if (closed) return {};
  log::warning("stopping the server of snapshot {}: {}", id, closed.error().summary());
  return stop(seams_, cluster(id), Stop::at_once);
}

Done Volume::probe(const Identity& expected) {
  const std::string now = TRY(live());
  if (now != expected.id) return fail("live is {} after the switch to {}", now, expected.id);
  if (target_.front.given()) return {};
  const Pooler pooler = pooler_of(home_, target_);
  const std::string alias = probe_alias(target_.database_name);
  TRY(reconnect(seams_, pooler, alias, Millis(5000)));
  const std::string role = reader_role(target_.database_name);
  pg::Session session = TRY(seams_.connections.open(
      fmt::format("host=127.0.0.1 port={} user={} dbname={} passfile={}", target_.front_port,
                  pg::conninfo_value(role), pg::conninfo_value(alias),
                  pg::conninfo_value(home_.names().passfile(role).string())),
      {.connect_limit = Seconds(5), .call_limit = Millis(5000)}));
  const Identity seen = TRY(read_identity(session));
  if (seen == expected) return {};
  return fail("what the pooler reaches is snapshot {}, and not {}", seen.id, expected.id);
}

std::vector<EngineStep> Volume::retire(const Attempt& attempt) {
  if (attempt.from.empty()) return {};
  return {{"stop_previous", [this, id = attempt.from] { return freeze(id); }}};
}

Done Volume::revoke(const Attempt& attempt) {
  TRY(seams_.files.remove(names_.token(attempt.epoch)));
  // What live() says from here on is on disk, also where a rename was made and its fsync failed.
  return seams_.files.sync_folder(names_.folder);
}

// A way back that could not be taken may have ended it for not answering: still, it is what clients wait for.
Done Volume::reopen_live(const Attempt&) {
  if (target_.restart) return start_service();
  const std::string id = TRY(live());
  if (id.empty() || TRY(find_server(seams_, cluster(id)))) return {};
  return serve();
}

Done Volume::freeze(const std::string& id) {
  const FileLock lock = TRY(lock_home(home_));
  if (!TRY(seams_.files.is_there(cluster(id).data))) return {};  // removed by hand: nothing can run there
  TRY(configure(seams_, cluster(id), production(Door::closed)));
  return stop(seams_, cluster(id));
}

Done Volume::unlink(const Attempt&) {
  return seams_.files.remove(names_.current());
}

}  // namespace slipway::swap
