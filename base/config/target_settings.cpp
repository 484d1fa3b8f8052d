// The settings of a target: one table for itself; the larger of its parts have files of their own.
#include <array>

#include "base/config/secret_settings.hpp"
#include "base/config/target_parts.hpp"

namespace slipway::config {
namespace {

constexpr std::array keep_settings = {
    field<"last", &Keep::last, snapshot_count, Keep>(),
    field<"within", &Keep::within, age, Keep>(),
    field<"min_free", &Keep::min_free_percent, optional_percent, Keep>(),
};

// What only one mode has is shown only there.
template <Mode mode, auto show>
Value only(const Target& target) {
  return target.mode == mode ? show(target) : Value();
}

Value show_maintenance(const Target& target) {
  return Value::of(target.maintenance);
}

Value show_pool(const Target& target) {
  return target.front.given() ? Value() : shown(pool_name, target.pool);
}

constexpr auto maintenance = field<"maintenance", &Target::maintenance, name_text, Target>();
constexpr auto pool = field<"pool", &Target::pool, pool_name, Target>();

constexpr std::array settings = {
    field<"mode", &Target::mode, mode_name, Target>(Need::required),
    conninfo<"server", &Target::server>(),
    secret_file<"server_file", &Target::server>(),
    secret_variable<"server_env", &Target::server>(),
    Setting<Target>{"maintenance", maintenance.read, only<Mode::database, show_maintenance>},
    field<"name", &Target::database_name, database_text, Target>(),
    Setting<Target>{"serve", read_serve, only<Mode::volume, show_serve>},
    Setting<Target>{"front", read_front, show_front},
    Setting<Target>{"pool", pool.read, only<Mode::volume, show_pool>},
    Setting<Target>{"postgresql", read_postgresql, only<Mode::volume, show_postgresql>},
    Setting<Target>{"quiesce", read_quiesce, show_quiesce},
    Setting<Target>{"hooks", read_hooks, show_hooks},
    Setting<Target>{"verify", read_verify, show_verify},
    Setting<Target>{"guardrails", read_guardrails, show_guardrails},
    field<"deadline", &Target::deadline, lease, Target>(),
    field<"verify_timeout", &Target::verify_timeout, lease, Target>(),
    part<"keep", &Target::keep, keep_settings>(),
    list_of<"carry", &Target::carry, carry_pattern>(),
};

}  // namespace

std::span<const Setting<Target>> target_settings() {
  return settings;
}

}  // namespace slipway::config
