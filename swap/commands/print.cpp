#include "swap/commands/print.hpp"

#include <nlohmann/json.hpp>

#include "swap/carry/tables.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(units)) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, units[unit]);
}

std::string text_or(const json& value, const std::string& otherwise) {
  return value.is_string() ? value.get<std::string>() : otherwise;
}

std::string dated_text(const json& snapshot, const std::string& otherwise) {
  if (snapshot.is_null()) return otherwise;
  return fmt::format("{}  since {}", snapshot.at("id").get<std::string>(),
                     text_or(snapshot.at("promoted_at"), "?"));
}

}  // namespace

std::string status_text(const json& status) {
  std::string text =
      fmt::format("target    {} ({})\nlive      {}\nprevious  {}\n", status.at("target").get<std::string>(),
                  status.at("mode").get<std::string>(), dated_text(status.at("live"), "nothing yet"),
                  dated_text(status.at("previous"), "none"));
  for (const json& candidate : status.at("candidates"))
    text += fmt::format("ready     {}  {}\n", candidate.at("id").get<std::string>(),
                        bytes_text(candidate.at("bytes").get<std::uint64_t>()));
  if (const json& later = status.at("scheduled"); !later.is_null())
    text += fmt::format("scheduled {}  at {} by {}\n", later.at("to").get<std::string>(),
                        later.at("at").get<std::string>(), later.at("actor").get<std::string>());
  for (const json& one : status.value("untold", json()))
    text += fmt::format("untold    {}: {} notices given up, {} to be tried again: {}\n",
                        one.at("channel").get<std::string>(), one.at("given_up").get<int>(),
                        one.at("waiting").get<int>(), one.at("why").get<std::string>());
  const json& promotion = status.at("promotion");
  if (promotion.is_null()) return text;
  text += fmt::format("under way {} to {}: {} (process {}{})\n", promotion.at("kind").get<std::string>(),
                      promotion.at("to").get<std::string>(), promotion.at("state").get<std::string>(),
                      promotion.at("promoter").get<int>(),
                      promotion.at("promoter_alive").get<bool>() ? "" : ", dead: swap recover");
  if (const std::string reason = promotion.at("reason"); !reason.empty())
    text += "          " + reason + "\n";
  return text;
}

std::string list_text(const json& list) {
  if (list.empty()) return "no snapshots yet\n";
  std::string text =
      fmt::format("{:<17} {:<9} {:>10} {:>12}  {}\n", "ID", "STATE", "SIZE", "ROWS", "CREATED");
  for (const json& one : list) {
    std::int64_t rows = 0;
    for (const auto& [table, count] : one.at("rows").items()) rows += count.get<std::int64_t>();
    text += fmt::format("{:<17} {:<9} {:>10} {:>12}  {}{}\n", one.at("id").get<std::string>(),
                        one.at("state").get<std::string>(), bytes_text(one.at("bytes").get<std::uint64_t>()),
                        rows, one.at("created_at").get<std::string>(),
                        one.at("pinned").get<bool>() ? "  pinned" : "");
    if (one.contains("why")) text += "                  " + one.at("why").get<std::string>() + "\n";
  }
  return text;
}

std::string plan_text(const json& plan) {
  if (plan.at("to").is_null()) return "nothing to do: there is no newer snapshot that is ready\n";
  std::string text =
      fmt::format("{} -> {}, clients wait for about {} ms\n", text_or(plan.at("from"), "nothing"),
                  text_or(plan.at("to"), "nothing"), plan.at("expected_pause_ms").get<std::int64_t>());
  for (const json& step : plan.at("steps")) text += "  " + step.get<std::string>() + "\n";
  for (const json& one : plan.at("guardrails"))
    text += fmt::format("  {} {}: {}\n", one.at("ok").get<bool>() ? "ok    " : "failed",
                        one.at("name").get<std::string>(), one.at("detail").get<std::string>());
  for (const json& one : plan.value("carry", json::array()))
    text += fmt::format("  carried {}: {} rows, {}{}\n", one.at("table").get<std::string>(),
                        one.at("rows").get<long long>() > carry::small_rows_max
                            ? fmt::format("more than {}", carry::small_rows_max)
                            : std::to_string(one.at("rows").get<long long>()),
                        bytes_text(one.at("bytes").get<std::uint64_t>()),
                        one.at("how") == "since" ? fmt::format("; {} changed since the promotion",
                                                               one.at("changed").get<long long>())
                                                 : "");
  for (const json& one : plan.at("blockers")) text += "  in the way: " + one.get<std::string>() + "\n";
  return text;
}

std::string history_text(const json& history) {
  if (history.empty()) return "no promotions yet\n";
  std::string text;
  for (const json& one : history)
    text +=
        fmt::format("{}  {:<9} {} -> {}  {}  paused {} ms{}\n", text_or(one.value("started_at", json()), "?"),
                    text_or(one.value("kind", json()), "?"), text_or(one.at("from"), "nothing"),
                    text_or(one.at("to"), "nothing"), one.at("outcome").get<std::string>(),
                    one.at("pause_ms").get<std::int64_t>(),
                    one.contains("reason") ? "  " + one.at("reason").get<std::string>() : "");
  return text;
}

std::string receipt_text(const Receipt& receipt) {
  if (receipt.outcome == Outcome::unchanged) return "unchanged: " + receipt.reason + "\n";
  std::string text;
  if (receipt.outcome == Outcome::promoted) {
    text = fmt::format("live is {} (before: {})\nclients were held for {} ms\n", receipt.to,
                       receipt.from.empty() ? "nothing" : receipt.from, receipt.pause_ms);
    for (const JournalStep& step : receipt.steps)
      text += fmt::format("  {:<16} {:>6} ms\n", step.step, step.ms);
    for (const auto& [table, rows] : receipt.carried)
      text += fmt::format("  carried {} row(s) of {}\n", rows, table);
  } else {
    text = fmt::format("{}: {}\n", name(receipt.outcome), receipt.reason);
  }
  for (const ProbeResult& probe : receipt.verify)
    text += fmt::format("  {} {}: {}\n", probe.ok ? "ok    " : "failed", probe.probe, probe.detail);
  return text;
}

std::string next_command(const Receipt& receipt) {
  if (!receipt.next.empty()) return receipt.next;
  switch (receipt.outcome) {
    case Outcome::promoted:
      return receipt.kind == "rollback" ? "swap status" : "back again, if need be: swap rollback";
    case Outcome::unchanged:
      return "slipway ingest PIPELINE builds a newer one";
    case Outcome::rolled_back:
      return "swap list shows it as bad; once its cause is gone, build another: slipway ingest PIPELINE";
    default:
      return "swap status";
  }
}

}  // namespace slipway::swap
