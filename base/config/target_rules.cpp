// Which settings of a target belong to which mode, and which exclude each other.
#include <algorithm>
#include <array>

#include "base/config/target_parts.hpp"
#include "base/pg/conninfo.hpp"

namespace slipway::config {
namespace {

struct Belongs {
  std::string_view key;
  bool volume, database, schema;
  std::string_view where;
};

constexpr std::array belongings = {
    Belongs{"server", false, true, true, "`mode: volume` runs servers of its own"},
    Belongs{"server_file", false, true, true, "`mode: volume` runs servers of its own"},
    Belongs{"server_env", false, true, true, "`mode: volume` runs servers of its own"},
    Belongs{"maintenance", false, true, false, "only `mode: database` has one"},
    Belongs{"serve", true, false, false, "only `mode: volume` runs servers of its own"},
    Belongs{"pool", true, false, false, "only `mode: volume` runs a PgBouncer of its own"},
    Belongs{"postgresql", true, false, false, "only `mode: volume` runs servers of its own"},
};

bool in_mode(const Belongs& one, Mode mode) {
  return mode == Mode::volume ? one.volume : mode == Mode::database ? one.database : one.schema;
}

void check_belongings(const Scope& scope, const Value& map, const Target& target) {
  for (const Belongs& one : belongings)
    if (const Value* const key = map.find_key(one.key); key && !in_mode(one, target.mode))
      scope.mistakes.add(*key, "`{}`{} has no place there: {}", one.key, scope.in(), one.where);
}

void check_front(const Scope& scope, const Value& map, const Target& target) {
  const Value* const front = map.find("front");
  const Value* const pool = map.find_key("pool");
  if (front && front->type == Value::Type::text && target.mode != Mode::volume)
    scope.mistakes.add(*front,
                       "`front`{}: a port is that of a managed PgBouncer, and only `mode: volume` has one; "
                       "name where clients connect with `uri_file`",
                       scope.in());
  if (pool && target.front.given() && target.mode == Mode::volume)
    scope.mistakes.add(*pool, "`pool`{} is about a PgBouncer of ours, but `front` names another one",
                       scope.in());
}

void check_server(const Scope& scope, const Value& map, const Target& target) {
  if (target.mode == Mode::volume) return;
  if (!map.find("server") && !map.find("server_file") && !map.find("server_env")) {
    scope.mistakes.add(map, "`server` (or `server_file`) is missing{}: it says where its snapshots are",
                       scope.in());
    return;
  }
  const auto parts = pg::conninfo_parts(target.server.value);
  if (target.mode == Mode::schema && !target.server.value.empty() && parts && !parts->count("dbname"))
    scope.mistakes.add(*map.find("server"), "`server`{} names no database; its schemas lie in one",
                       scope.in());
}

void check_maintenance(const Scope& scope, const Value& map, const Target& target) {
  if (target.mode != Mode::database) return;
  const Value* const value = map.find("maintenance");
  if (target.maintenance == target.database_name || target.maintenance == "template0" ||
      target.maintenance == "template1")
    scope.mistakes.add(value ? *value : map, "`maintenance`{}: `{}` cannot be a database of our own",
                       scope.in(), target.maintenance);
}

void check_timeouts(const Scope& scope, const Value& map, const Target& target) {
  const Value* const steps = map.find("quiesce");
  if (!steps) return;
  for (const Value& step : steps->items) {
    const Value* const command = step.find("command");
    const Value* const timeout = command ? command->find("timeout") : nullptr;
    const std::optional<Seconds> given = timeout ? lease.read(*timeout) : std::nullopt;
    if (given && *given > target.deadline)
      scope.mistakes.add(*timeout, "`timeout` in `quiesce` of {} is longer than its `deadline` of {}",
                         scope.what, show_duration(target.deadline));
  }
}

}  // namespace

void check_target(const Scope& scope, const Value& map, const Target& target) {
  const Value* const mode = map.find("mode");
  if (!mode || !mode_name.read(*mode)) return;  // said already, and the rest hangs on it
  check_belongings(scope, map, target);
  check_front(scope, map, target);
  check_server(scope, map, target);
  check_maintenance(scope, map, target);
  check_timeouts(scope, map, target);
}

}  // namespace slipway::config
