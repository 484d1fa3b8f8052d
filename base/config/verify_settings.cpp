// What is looked at once a promotion has switched: SQL and HTTP probes.
#include <array>

#include "base/config/secret_settings.hpp"
#include "base/config/target_parts.hpp"

namespace slipway::config {
namespace {

constexpr std::array http_settings = {
    url<"url", &HttpProbe::url>(Need::required),
    field<"expect", &HttpProbe::expect, http_status, HttpProbe>(),
};

void read_probe(const Scope& scope, const Value& probe, Target& target) {
  const Position at = scope.mistakes.at(probe);
  if (probe.type != Value::Type::map || probe.keys.size() != 1 ||
      (probe.keys[0].text != "sql" && probe.keys[0].text != "http"))
    return expected(scope, "verify", "a list of `sql: query` and `http: {url: …, expect: 200}`", probe);
  if (probe.keys[0].text == "sql") {
    const std::optional<std::string> query = plain_text.read(probe.items[0]);
    if (query)
      target.verify_sql.push_back({*query, at});
    else
      expected(scope, "sql", "a query that answers one true or false", probe.items[0]);
    return;
  }
  HttpProbe http{{}, 200, at};
  if (!is_map(scope, "http", probe.items[0])) return;
  read_settings(scope, probe.items[0], std::span<const Setting<HttpProbe>>(http_settings), http);
  target.verify_http.push_back(std::move(http));
}

}  // namespace

void read_verify(const Scope& scope, const Value& list, Target& target) {
  if (list.type != Value::Type::list) return expected(scope, "verify", "a list of probes", list);
  for (const Value& probe : list.items) read_probe(scope, probe, target);
}

Value show_verify(const Target& target) {
  Value list = Value::list();
  for (const SqlProbe& probe : target.verify_sql) {
    list.items.push_back(Value::map());
    list.items.back().add("sql", Value::of(probe.query));
  }
  for (const HttpProbe& probe : target.verify_http) {
    list.items.push_back(Value::map());
    list.items.back().add("http", show_settings(std::span<const Setting<HttpProbe>>(http_settings), probe));
  }
  return list;
}

}  // namespace slipway::config
