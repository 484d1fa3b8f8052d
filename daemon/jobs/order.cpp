#include "daemon/jobs/order.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "daemon/ingest/sql/file.hpp"

namespace slipway::jobs {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_params = 100;
constexpr std::size_t most_tables = 1000;

Error wrong(std::string_view field, std::string_view expected) {
  return error(Kind::usage, "\"{}\" must be {}", field, expected);
}

Done read_params(const Json& value, IngestOrder& order) {
  if (!value.is_object() || value.size() > most_params)
    return wrong("params", "an object of at most 100 values");
  for (const auto& [name, one] : value.items()) {
    if (!one.is_string() && !one.is_number() && !one.is_boolean())
      return wrong("params." + name, "a text, a number, true or false");
    order.params[name] = one.is_string() ? one.get<std::string>() : one.dump();
  }
  return {};
}

Done read_only(const Json& value, IngestOrder& order) {
  if (!value.is_array() || value.size() > most_tables) return wrong("only", "a list of table names");
  for (const Json& table : value) {
    if (!table.is_string()) return wrong("only", "a list of table names");
    order.only.push_back(table);
  }
  return {};
}

Done read_field(const std::string& field, const Json& value, IngestOrder& order) {
  if (field == "params") return read_params(value, order);
  if (field == "only") return read_only(value, order);
  if (field == "pipeline") {
    if (!value.is_string()) return wrong(field, "the name of a pipeline");
    order.pipeline = value;
    return {};
  }
  if (field == "promote") {
    if (!value.is_boolean()) return wrong(field, "true or false");
    order.promote = value;
    return {};
  }
  return error(Kind::usage, "\"{}\" is no field of an ingest order", field)
      .next("It has pipeline, params, only and promote.");
}

// Nesting is bounded before the parser builds anything: an order is two levels deep.
bool too_deep(int depth, Json::parse_event_t, Json&) {
  return depth <= 8;
}

Done known_tables(const std::vector<std::string>& only, const config::Pipeline& pipeline) {
  for (const std::string& wanted : only) {
    const bool found = std::any_of(pipeline.tables.begin(), pipeline.tables.end(),
                                   [&](const config::Table& table) { return table.name == wanted; });
    if (!found) return error(Kind::usage, "pipeline {} fills no table {}", pipeline.name, wanted);
  }
  return {};
}

}  // namespace

Result<IngestOrder> parse_order(std::string_view json) {
  IngestOrder order;
  try {
    const Json body = json.empty() ? Json::object() : Json::parse(json, too_deep);
    if (!body.is_object()) return error(Kind::usage, "an ingest order is a JSON object");
    for (const auto& [field, value] : body.items()) TRY(read_field(field, value, order));
  } catch (const Json::exception& problem) {
    return error(Kind::usage, "the ingest order is not JSON: {}", problem.what());
  }
  return order;
}

std::string to_json(const IngestOrder& order) {
  return nlohmann::ordered_json{{"pipeline", order.pipeline},
                                {"params", order.params},
                                {"only", order.only},
                                {"promote", order.promote}}
      .dump();
}

Done check_params(const config::Config& config, const config::Pipeline& pipeline, const IngestOrder& order) {
  const std::vector<ingest::SqlTable> tables = TRY(ingest::read_sql_tables(config, pipeline, order.only));
  return ingest::check_params(pipeline, tables, order.params);
}

Result<IngestOrder> resolve(const IngestOrder& order, const config::Config& config) {
  const config::Pipeline* pipeline = TRY(config.pipeline(order.pipeline));
  TRY(known_tables(order.only, *pipeline));
  TRY(check_params(config, *pipeline, order));
  IngestOrder resolved = order;
  resolved.pipeline = pipeline->name;
  if (pipeline->promote == config::Promote::automatic) resolved.promote = true;
  return resolved;
}

}  // namespace slipway::jobs
