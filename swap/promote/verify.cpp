#include "swap/promote/verify.hpp"

#include <algorithm>

#include "base/http_client.hpp"

namespace slipway::swap {
namespace {

constexpr Seconds connect_limit{5};
constexpr Millis between_tries{200};

ProbeResult identity_probe(pg::Session& session, const std::string& schema, const Identity& expected,
                           const std::string& where) {
  const Result<Identity> seen = read_identity(session, schema);
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
  const Result<web::Response> answer = web::get(probe.url, Millis(5000));
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

Verification look_once(const Context& context, Engine& engine, const Identity& expected) {
  Verification found;
  const Result<FrontDoor> door = engine.front_door();
  Result<pg::Session> session =
      door ? context.seams.connections.open(door->conninfo,
                                            {.connect_limit = connect_limit, .call_limit = Millis(10'000)})
           : Result<pg::Session>(door.error());
  if (!session) {
    found.probes.push_back({"identity", false, session.error().summary()});
    return found;
  }
  found.reached = true;
  found.probes.push_back(identity_probe(*session, door->schema, expected, door->what));
  // Only once the right snapshot answers do the other probes say anything about it.
  if (found.probes.back().ok) {
    run_sql_probes(context, *session, found);
    for (const config::HttpProbe& probe : context.target.verify_http)
      found.probes.push_back(http_probe(probe));
  }
  judge(found);
  return found;
}

}  // namespace

Verification verify_candidate(const Context& context, Engine& engine, const Identity& expected) {
  Verification found;
  const Result<Place> place = engine.place(expected.id);
  Result<pg::Session> session = place ? enter(context.seams, *place) : Result<pg::Session>(place.error());
  if (!session) {
    found.probes.push_back({"candidate", false, session.error().summary()});
    return found;
  }
  found.reached = true;
  found.probes.push_back(identity_probe(*session, place->schema, expected, "the candidate"));
  run_sql_probes(context, *session, found);
  judge(found);
  return found;
}

Verification verify_through_front_door(const Context& context, Engine& engine, const Identity& expected) {
  Clock& clock = context.seams.clock;
  const Millis deadline = clock.steady() + context.target.verify_timeout;
  while (true) {
    Verification found = look_once(context, engine, expected);
    if (found.ok || clock.steady() >= deadline) return found;
    Done served = engine.serve();
    if (!served) found.probes.push_back({"servers", false, served.error().summary()});
    clock.sleep(between_tries);
  }
}

}  // namespace slipway::swap
