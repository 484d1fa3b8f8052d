#include "daemon/jobs/swap_order.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "swap/names.hpp"

namespace slipway::jobs {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_guardrails = 100;
constexpr std::size_t longest_name = 200;

Error wrong(std::string_view field, std::string_view expected) {
  return error(Kind::usage, "\"{}\" must be {}", field, expected);
}

bool is_id(const Json& value) {
  return value.is_string() && swap::is_snapshot_id(value.get<std::string>());
}

// It becomes a word of a command line.
bool is_guardrail(const Json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  return !text.empty() && text.size() <= longest_name &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20; });
}

Done read_allow(const Json& value, SwapOrder& order) {
  if (!value.is_array() || value.size() > most_guardrails ||
      !std::all_of(value.begin(), value.end(), is_guardrail))
    return wrong("allow", "a list of names of guardrails");
  order.allow = value.get<std::vector<std::string>>();
  return {};
}

Error unknown(const std::string& field, const SwapOrder& order) {
  const std::string_view known = order.kind == "prune"      ? "target and dry_run"
                                 : order.kind == "rollback" ? "target, expect_live and allow"
                                                            : "target, id, expect_live and allow";
  return error(Kind::usage, "\"{}\" is no field of an order to {}", field, order.kind)
      .next(fmt::format("It has {}.", known));
}

Done read_field(const std::string& field, const Json& value, SwapOrder& order) {
  const bool prunes = order.kind == "prune";
  if (field == "target") {
    if (!value.is_string()) return wrong(field, "the name of a target");
    order.target = value;
  } else if (field == "id" && order.kind == "promote") {
    if (!is_id(value)) return wrong(field, "the id of a snapshot, like 20261121T093000Z");
    order.id = value;
  } else if (field == "expect_live" && !prunes) {
    if (!value.is_null() && !is_id(value)) return wrong(field, "the id of a snapshot, or null for none");
    order.expect_live = value.is_null() ? std::string() : value.get<std::string>();
  } else if (field == "allow" && !prunes) {
    return read_allow(value, order);
  } else if (field == "dry_run" && prunes) {
    if (!value.is_boolean()) return wrong(field, "true or false");
    order.dry_run = value;
  } else {
    return unknown(field, order);
  }
  return {};
}

// Nesting is bounded before the parser builds anything.
bool too_deep(int depth, Json::parse_event_t, Json&) {
  return depth <= 8;
}

}  // namespace

bool is_swap(std::string_view kind) {
  return kind == "promote" || kind == "rollback" || kind == "prune";
}

Result<SwapOrder> parse_swap_order(const std::string& kind, std::string_view json) {
  SwapOrder order;
  order.kind = kind;
  try {
    const Json body = json.empty() ? Json::object() : Json::parse(json, too_deep);
    if (!body.is_object()) return error(Kind::usage, "an order to {} is a JSON object", kind);
    for (const auto& [field, value] : body.items()) TRY(read_field(field, value, order));
  } catch (const Json::exception& problem) {
    return error(Kind::usage, "the order to {} is not JSON: {}", kind, problem.what());
  }
  return order;
}

std::string to_json(const SwapOrder& order) {
  Json out{{"target", order.target}};
  if (!order.id.empty()) out["id"] = order.id;
  if (order.expect_live) out["expect_live"] = order.expect_live->empty() ? Json() : Json(*order.expect_live);
  if (!order.allow.empty()) out["allow"] = order.allow;
  if (order.kind == "prune") out["dry_run"] = order.dry_run;
  return out.dump();
}

Result<SwapOrder> resolve(const SwapOrder& order, const config::Config& config) {
  const config::Target* target = TRY(config.target(order.target));
  SwapOrder resolved = order;
  resolved.target = target->name;
  return resolved;
}

// What people wrote stands behind a "=", so that it can be no option.
std::vector<std::string> words_of(const SwapOrder& order) {
  std::vector<std::string> words = {order.kind, "--json", "--quiet"};
  if (!order.id.empty()) words.push_back(order.id);
  if (order.dry_run) words.emplace_back("--dry-run");
  if (order.expect_live) words.insert(words.end(), {"--expect-live", *order.expect_live});
  for (const std::string& guardrail : order.allow) words.push_back("--allow=" + guardrail);
  return words;
}

}  // namespace slipway::jobs
