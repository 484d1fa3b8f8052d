#include "swap/notices/message.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"

namespace slipway::swap {

using nlohmann::json;
using notices::Level;

namespace {

constexpr std::size_t most_of_a_part_bytes = 1500;

std::string shortened(std::string text) {
  if (text.size() <= most_of_a_part_bytes) return text;
  text.resize(most_of_a_part_bytes);
  return text + " …";
}

// The value of a key that is a text and not empty; or what stands in for it.
std::string text(const json& object, const char* key, const std::string& otherwise = "") {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return otherwise;
  const std::string& value = found->get_ref<const std::string&>();
  return value.empty() ? otherwise : shortened(value);
}

long long number(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<long long>() : 0;
}

std::string held(const json& receipt) {
  const long long ms = number(receipt, "pause_ms");
  if (ms == 0) return " Nobody was held.";
  return ms < 10'000 ? fmt::format(" Clients were held for {} ms.", ms)
                     : fmt::format(" Clients were held for {:.1f} s.", static_cast<double>(ms) / 1000);
}

std::string order(const json& receipt) {
  const std::string to = text(receipt, "to"), actor = text(receipt, "actor");
  return fmt::format("the {}{}{}", text(receipt, "kind") == "rollback" ? "rollback" : "promotion",
                     to.empty() ? "" : " to " + to, actor.empty() ? "" : " by " + actor);
}

std::string still_live(const json& receipt) {
  const std::string from = text(receipt, "from");
  return from.empty() ? "production is as it was" : from + " is still live";
}

std::string was_promoted(const json& receipt) {
  return fmt::format("{} is live, {} by {} (before: {}).{}", text(receipt, "to", "?"),
                     text(receipt, "kind") == "rollback" ? "rolled back to" : "promoted",
                     text(receipt, "actor", "?"), text(receipt, "from", "nothing"), held(receipt));
}

std::string was_rolled_back(const json& receipt) {
  const std::string from = text(receipt, "from");
  return fmt::format("{} failed after the switch; {}.{}", order(receipt),
                     from.empty() ? "nothing is live, as before" : from + " is live again", held(receipt));
}

std::string was_aborted(const json& receipt) {
  return fmt::format("{} was aborted; {}.{}", order(receipt), still_live(receipt), held(receipt));
}

std::string was_refused(const json& receipt) {
  return fmt::format("{} was refused; {}.", order(receipt), still_live(receipt));
}

std::string found_busy(const json& receipt) {
  return fmt::format("{} found the target busy.", order(receipt));
}

std::string was_unchanged(const json&) {
  return "there was nothing to promote.";
}

std::string needs_operator(const json& receipt) {
  return fmt::format("NEEDS AN OPERATOR: {} is stuck; before it {} was live.{}", order(receipt),
                     text(receipt, "from", "nothing"), held(receipt));
}

struct OutcomeNotice {
  std::string_view outcome;
  Level level;
  std::string (*say)(const json& receipt);
  std::string_view next;  // where the receipt names nothing better
};

constexpr std::array outcomes = {
    OutcomeNotice{"promoted", Level::info, was_promoted, ""},
    OutcomeNotice{"unchanged", Level::verbose, was_unchanged, ""},
    OutcomeNotice{"refused", Level::info, was_refused, "swap plan shows every guardrail"},
    OutcomeNotice{"busy", Level::verbose, found_busy, ""},
    OutcomeNotice{"aborted", Level::error, was_aborted, "once the cause is gone: swap promote"},
    OutcomeNotice{"rolled_back", Level::error, was_rolled_back,
                  "it is marked bad (swap list); once its cause is gone build another, or swap unmark it"},
    OutcomeNotice{"needs_operator", Level::error, needs_operator, "when the cause is gone: swap recover"},
};

// An outcome that this version does not know is worth a look.
const OutcomeNotice& notice_of(const json& receipt) {
  for (const OutcomeNotice& one : outcomes)
    if (one.outcome == text(receipt, "outcome")) return one;
  return outcomes.back();
}

std::string build_result(const json& job) {
  const auto result = job.find("result");
  if (result == job.end() || !result->is_object()) return ".";
  long long rows = 0;
  for (const json& count : result->value("rows", json::object()))
    if (count.is_number()) rows += count.get<long long>();
  const auto seconds = result->find("seconds");
  return fmt::format(": snapshot {} is ready, {} rows{}.", text(*result, "snapshot", "?"), rows,
                     seconds != result->end() && seconds->is_number()
                         ? fmt::format(" in {:.1f} s", seconds->get<double>())
                         : "");
}

bool has_promotion(const json& job) {
  return job.contains("result") && job["result"].is_object() && job["result"].contains("promotion");
}

}  // namespace

Level level_of_promotion(const json& receipt) {
  return notice_of(receipt).level;
}

Level level_of_job(const json& job) {
  const std::string state = text(job, "state");
  if (state == "failed" || state == "interrupted") return Level::error;
  // Of its promotion there is a notice already.
  return state == "succeeded" && !has_promotion(job) ? Level::info : Level::verbose;
}

std::string promotion_words(const json& receipt) {
  const OutcomeNotice& notice = notice_of(receipt);
  std::string words = fmt::format("{}: {}", text(receipt, "target", "?"), notice.say(receipt));
  const std::string why = text(receipt, "reason");
  if (!why.empty() && notice.outcome != "promoted") words += "\nWhy: " + why;
  const std::string next = text(receipt, "next", std::string(notice.next));
  if (!next.empty()) words += "\nNext: " + next;
  if (receipt.contains("warnings"))
    for (const json& warning : receipt["warnings"])
      if (warning.is_string()) words += "\nWarning: " + shortened(warning.get<std::string>());
  return words;
}

std::string job_words(const json& job) {
  const std::string state = text(job, "state", "ended"), pipeline = text(job, "pipeline");
  std::string words =
      fmt::format("{}: {} job {}{} by {} {}", text(job, "target", "?"), text(job, "kind", "?"),
                  number(job, "job"), pipeline.empty() ? "" : " (" + pipeline + ")", text(job, "actor", "?"),
                  state == "failed" || state == "succeeded" ? state : "was " + state);
  words += state == "succeeded" && text(job, "kind") == "ingest" ? build_result(job) : ".";
  if (const std::string error = text(job, "error"); !error.empty()) words += "\nWhy: " + error;
  return words + fmt::format("\nMore: slipway jobs show {}", number(job, "job"));
}

std::string slack_body(const std::string& words) {
  std::string escaped;
  for (const char c : words) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else
      escaped += c;
  }
  return json{{"text", escaped}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string signature(const std::string& secret, const std::string& timestamp, const std::string& body) {
  return "sha256=" + hex(hmac_sha256(secret, timestamp + "." + body));
}

}  // namespace slipway::swap
