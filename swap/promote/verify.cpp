#include "swap/promote/verify.hpp"

#include <algorithm>

#include "base/http_client.hpp"
#include "base/pg/identifier.hpp"
#include "swap/servers/pooler.hpp"
#include "swap/servers/secrets.hpp"

namespace slipway::swap {
namespace {

constexpr Seconds connect_limit{5};
constexpr Millis between_tries{200};

// The password goes by the passfile: a conninfo shows in errors.
std::string door_conninfo(const Context& context, const std::string& alias) {
  const std::string role = reader_role(context.target.database_name);
  return fmt::format("host=127.0.0.1 port={} user={} dbname={} passfile={}", context.target.front_port,
                     pg::conninfo_value(role), pg::conninfo_value(alias),
                     pg::conninfo_value(context.home.names().passfile(role).string()));
}

ProbeResult identity_probe(pg::Session& session, const Identity& expected, const std::string& where) {
  const Result<Identity> seen = read_identity(session);
  if (!seen) return {"identity", false, seen.error().summary()};
  if (*seen == expected) return {"identity", true, fmt::format("{} is snapshot {}", where, seen->id)};
  return {"identity", false, fmt::format("{} is snapshot {}, and not {}", where, seen->id, expected.id)};
}

// A probe holds if its first value is true.
ProbeResult sql_probe(pg::Session& session, const config::SqlProbe& probe) {
  const Result<pg::Rows> rows = session.query(probe.query);
  if (!rows) return {probe.query, false, rows.error().summary()};
  if (rows->empty() || rows->columns() < 1) return {probe.query, false, "it returned no row"};
  return {probe.query, rows->text(0, 0) == "t",
          fmt::format("it returned {}", rows->is_null(0, 0) ? "NULL" : rows->string(0, 0))};
}

ProbeResult http_probe(const config::HttpProbe& probe) {
  const Result<http::Response> answer = http::get(probe.url, Millis(5000));
  if (!answer) return {probe.url, false, answer.error().summary()};
  return {probe.url, answer->status == probe.expect, fmt::format("it answered {}", answer->status)};
}

void judge(Verification& verification) {
  verification.ok =
      verification.reached && std::all_of(verification.probes.begin(), verification.probes.end(),
                                          [](const ProbeResult& p) { return p.ok; });
}

void run_sql_probes(const Context& context, pg::Session& session, Verification& verification) {
  for (const config::SqlProbe& probe : context.target.verify_sql)
    verification.probes.push_back(sql_probe(session, probe));
}

Verification look_once(const Context& context, const Identity& expected) {
  Verification found;
  Result<pg::Session> session =
      pg::Session::open(door_conninfo(context, context.target.database_name),
                        {.connect_limit = connect_limit, .call_limit = Millis(10'000)});
  if (!session) {
    found.probes.push_back({"identity", false, session.error().summary()});
    return found;
  }
  found.reached = true;
  found.probes.push_back(identity_probe(*session, expected, "the front door's"));
  // Only once the right snapshot answers do the other probes say anything about it.
  if (found.probes.back().ok) {
    run_sql_probes(context, *session, found);
    for (const config::HttpProbe& probe : context.target.verify_http)
      found.probes.push_back(http_probe(probe));
  }
  judge(found);
  return found;
}

void start_what_is_missing(const Context& context, const Volume& volume, Verification& found) {
  const Result<FileLock> lock = lock_home(context.home);
  if (!lock) return found.probes.push_back({"servers", false, lock.error().summary()});
  const Result<std::string> live = volume.live();
  if (!live) return found.probes.push_back({"live", false, live.error().summary()});
  Done up = live->empty() ? Done{} : start(context.seams, volume.cluster(*live));
  if (up) up = ensure_pooler(context.seams, context.home, context.target);
  if (!up) found.probes.push_back({"servers", false, up.error().summary()});
}

}  // namespace

Verification verify_candidate(const Context& context, const Volume& volume, const Identity& expected) {
  Verification found;
  Result<pg::Session> session = volume.connect_as(expected.id, std::string(superuser));
  if (!session) {
    found.probes.push_back({"candidate", false, session.error().summary()});
    return found;
  }
  found.reached = true;
  found.probes.push_back(identity_probe(*session, expected, "the candidate"));
  run_sql_probes(context, *session, found);
  judge(found);
  return found;
}

Done probe_alias_leads_to(const Context& context, const Identity& expected) {
  const Pooler pooler = pooler_of(context.home, context.target);
  const std::string alias = probe_alias(context.target.database_name);
  TRY(reconnect(pooler, alias, Millis(5000)));
  pg::Session session = TRY(pg::Session::open(door_conninfo(context, alias),
                                              {.connect_limit = connect_limit, .call_limit = Millis(5000)}));
  const ProbeResult probe = identity_probe(session, expected, "what the pooler reaches");
  if (probe.ok) return {};
  return fail("{}", probe.detail);
}

Verification verify_through_front_door(const Context& context, const Volume& volume,
                                       const Identity& expected) {
  Clock& clock = context.seams.clock;
  const Millis deadline = clock.steady() + context.target.verify_timeout;
  while (true) {
    Verification found = look_once(context, expected);
    if (found.ok || clock.steady() >= deadline) return found;
    start_what_is_missing(context, volume, found);
    clock.sleep(between_tries);
  }
}

}  // namespace slipway::swap
