// What must hold before a promotion: the shares that the new snapshot must have of live, and queries of the
// target's own.
#include <algorithm>
#include <array>

#include "base/config/target_parts.hpp"

namespace slipway::config {
namespace {

constexpr std::array sql_settings = {
    field<"name", &SqlGuardrail::name, guardrail_name, SqlGuardrail>(Need::required),
    field<"query", &SqlGuardrail::query, plain_text, SqlGuardrail>(Need::required),
};

void read_query(const Scope& scope, const Value& value, Guardrails& guardrails) {
  if (!is_map(scope, "sql", value)) return;
  SqlGuardrail guardrail;
  guardrail.at = scope.mistakes.at(value);
  read_settings(scope.part("sql"), value, std::span<const Setting<SqlGuardrail>>(sql_settings), guardrail);
  const bool twice = std::any_of(
      guardrails.sql.begin(), guardrails.sql.end(),
      [&](const SqlGuardrail& other) { return !other.name.empty() && other.name == guardrail.name; });
  if (twice)
    scope.mistakes.add(value, "two guardrails{} are called `{}`; `--allow` could not tell them apart",
                       scope.in(), guardrail.name);
  guardrails.sql.push_back(std::move(guardrail));
}

void read_queries(const Scope& scope, const Value& list, Guardrails& guardrails) {
  if (list.type != Value::Type::list) return expected(scope, "sql", "a list of {name: …, query: …}", list);
  for (const Value& one : list.items) read_query(scope, one, guardrails);
}

Value show_queries(const Guardrails& guardrails) {
  Value list = Value::list();
  for (const SqlGuardrail& one : guardrails.sql)
    list.items.push_back(show_settings(std::span<const Setting<SqlGuardrail>>(sql_settings), one));
  return list.items.empty() ? Value() : list;
}

constexpr std::array guardrail_settings = {
    field<"min_rows_vs_live", &Guardrails::min_rows_vs_live_percent, percent, Guardrails>(),
    field<"min_bytes_vs_live", &Guardrails::min_bytes_vs_live_percent, percent, Guardrails>(),
    Setting<Guardrails>{"sql", read_queries, show_queries},
};

constexpr auto guardrails_part = part<"guardrails", &Target::guardrails, guardrail_settings>();

}  // namespace

void read_guardrails(const Scope& scope, const Value& map, Target& target) {
  guardrails_part.read(scope, map, target);
}

Value show_guardrails(const Target& target) {
  return guardrails_part.show(target);
}

}  // namespace slipway::config
