#include "swap/quiesce/pgbouncer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/pg/conninfo.hpp"
#include "swap/quiesce/console.hpp"
#include "swap/quiesce/time_left.hpp"

namespace slipway::swap {
namespace {

constexpr Millis look_limit{10'000};

using Settings = std::map<std::string, std::string>;

std::string value_of(const Settings& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? "" : found->second;
}

double seconds_of(const Settings& settings, const std::string& key) {
  return std::atof(value_of(settings, key).c_str());
}

class PgBouncer : public Quiescer {
 public:
  PgBouncer(const Seams& seams, config::PgBouncerQuiesce step, Millis hold_limit)
      : seams_(seams), step_(std::move(step)), hold_limit_(hold_limit) {}

  std::string name() const override { return fmt::format("pgbouncer:{}", fmt::join(step_.databases, ",")); }
  Result<std::vector<std::string>> look() override;
  Result<std::string> remember() override;
  Done pause(const std::string& memo, Millis limit) override;
  Done resume(const std::string& memo, Millis limit) override;
  Done close_clients(Millis limit) override;

 private:
  Result<Console> console() const;
  Result<std::vector<PooledDatabase>> ours(pg::Session& session, const std::string& where) const;
  std::vector<std::string> warnings(const Settings& settings,
                                    const std::vector<PooledDatabase>& databases) const;

  Seams seams_;
  config::PgBouncerQuiesce step_;
  Millis hold_limit_;
};

Result<Console> PgBouncer::console() const {
  const std::string conninfo = TRY(step_.admin.read());
  const std::string where = "PgBouncer at " + TRY(pg::server_of(conninfo));
  return Console{[this, conninfo, where](Millis limit) -> Result<pg::Session> {
                   const Seconds connect = std::max(Seconds(2), std::chrono::ceil<Seconds>(limit));
                   Result<pg::Session> session =
                       seams_.connections.open(conninfo, {.connect_limit = connect, .call_limit = limit});
                   if (session) return session;
                   return fail("cannot open the console of {}", where).because(std::move(session).error());
                 },
                 where};
}

Result<std::vector<PooledDatabase>> PgBouncer::ours(pg::Session& session, const std::string& where) const {
  const Result<std::vector<PooledDatabase>> all = pooled_databases(session);
  if (!all)
    return fail("cannot ask {} for its databases", where)
        .because(all.error())
        .next("`admin` must lead to PgBouncer's console: dbname=pgbouncer.");
  std::vector<PooledDatabase> found;
  std::string known;
  for (const std::string& name : step_.databases) {
    const auto one =
        std::find_if(all->begin(), all->end(), [&](const PooledDatabase& each) { return each.name == name; });
    if (one != all->end()) {
      found.push_back(*one);
      continue;
    }
    if (TRY(is_served(session, name))) {
      found.push_back({name, "", false});
      continue;
    }
    for (const PooledDatabase& each : *all) known += (known.empty() ? "" : ", ") + each.name;
    return fail("{} has no database {}; it has {}", where, name, known)
        .next("Name what clients connect to there, under `databases` of the `pgbouncer` step.");
  }
  return found;
}

std::vector<std::string> PgBouncer::warnings(const Settings& settings,
                                             const std::vector<PooledDatabase>& databases) const {
  std::vector<std::string> lines;
  const double retry = seconds_of(settings, "server_login_retry");
  if (retry > 1)
    lines.push_back(
        fmt::format("server_login_retry is {:g} s: a server login that fails during the switch "
                    "keeps clients out that long; set it to 0 or 1",
                    retry));
  if (const std::string least = value_of(settings, "min_pool_size"); std::atoi(least.c_str()) > 0)
    lines.push_back(
        fmt::format("min_pool_size is {}: PgBouncer logs in for it during the pause too, breaks that off, "
                    "and may turn away who connects right after the resume; set it to 0",
                    least));
  for (const PooledDatabase& each : databases) {
    const std::string mode = each.pool_mode.empty() ? value_of(settings, "pool_mode") : each.pool_mode;
    if (mode == "session")
      lines.push_back(
          fmt::format("{} has pool_mode session: a pause waits until its clients have left, and "
                      "is given up at the deadline",
                      each.name));
  }
  if (!value_of(settings, "auth_user").empty())
    lines.push_back("auth_user is set: logins that need auth_query hang during the pause; use auth_file");
  const double wait = seconds_of(settings, "query_wait_timeout");
  if (wait > 0 && Millis(static_cast<long long>(wait * 1000)) < hold_limit_)
    lines.push_back(
        fmt::format("query_wait_timeout is {:g} s, less than the deadline of {} s: clients that "
                    "wait longer are cut off",
                    wait, std::chrono::duration_cast<Seconds>(hold_limit_).count()));
  return lines;
}

Result<std::vector<std::string>> PgBouncer::look() {
  const Console door = TRY(console());
  pg::Session session = TRY(door.open(look_limit));
  const std::vector<PooledDatabase> databases = TRY(ours(session, door.where));
  const Done admin = require_admin(session);
  if (!admin) return fail("{} will not let us pause", door.where).because(admin.error());
  const Settings settings = TRY(pooler_settings(session));
  return warnings(settings, databases);
}

// What is paused already was not paused by us, and must not be resumed by us.
Result<std::string> PgBouncer::remember() {
  const Console door = TRY(console());
  pg::Session session = TRY(door.open(look_limit));
  for (const PooledDatabase& each : TRY(ours(session, door.where)))
    if (each.paused)
      return fail("{} is paused at {} already, by somebody else", each.name, door.where)
          .next(fmt::format("When they are done, on its console: RESUME {};", each.name));
  return fmt::format("{}", fmt::join(step_.databases, ","));
}

Done PgBouncer::pause(const std::string& memo, Millis limit) {
  const Console door = TRY(console());
  const Millis reserve = reserve_of(limit);
  const TimeLeft time(seams_.clock, limit - reserve);
  for (std::size_t index = 0; index < step_.databases.size(); ++index) {
    Done paused = pause_database(seams_, door, step_.databases[index], time.left());
    if (paused) continue;
    Done resumed = index == 0 ? Done() : resume(memo, reserve);
    if (resumed) return paused;
    return error(Kind::needs_operator, "{} may still hold some of {}: {}", door.where, memo,
                 resumed.error().summary())
        .because(std::move(paused).error())
        .next("On its console: RESUME, for each of them.");
  }
  return {};
}

Done PgBouncer::resume(const std::string& memo, Millis limit) {
  (void)memo;
  const Console door = TRY(console());
  const TimeLeft time(seams_.clock, limit);
  Done outcome;
  for (auto name = step_.databases.rbegin(); name != step_.databases.rend(); ++name) {
    Done resumed = resume_database(door, *name, time.left());
    if (!resumed && outcome) outcome = std::move(resumed);
  }
  return outcome;
}

Done PgBouncer::close_clients(Millis limit) {
  const Console door = TRY(console());
  const TimeLeft time(seams_.clock, limit);
  for (const std::string& name : step_.databases) TRY(close_clients_of(door, name, time.left()));
  return {};
}

}  // namespace

std::unique_ptr<Quiescer> pgbouncer_quiescer(const Seams& seams, const config::PgBouncerQuiesce& step,
                                             const std::string& database, Millis hold_limit) {
  config::PgBouncerQuiesce complete = step;
  if (complete.databases.empty()) complete.databases = {database};
  return std::make_unique<PgBouncer>(seams, complete, hold_limit);
}

}  // namespace slipway::swap
