// Targets and their snapshots: what is live, what is ready, what a promotion would do, what there has been.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "base/log.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/http/problem.hpp"
#include "migrations/audit.hpp"
#include "swap/commands/view.hpp"
#include "swap/diff/diff.hpp"
#include "swap/names.hpp"
#include "swap/promote/preview.hpp"
#include "swap/retention/prune.hpp"

namespace slipway::api {
namespace {

using nlohmann::json;

constexpr int most_looks = 2;  // plan and diff may start a server each: the others wait outside

Result<const config::Target*> target_of(const Call& call) {
  const std::string& name = call.arguments.at(0);
  const auto found = call.app.config.targets.find(name);
  if (found == call.app.config.targets.end())
    return error(Kind::usage, "there is no target {}", name).next("GET /api/targets lists them.");
  return &found->second;
}

swap::Context context_of(const Call& call, const config::Target& target) {
  return {call.app.seams, call.app.home, target};
}

http::Response answer(const json& data) {
  http::Response response;
  response.body = data.dump(-1, ' ', false, json::error_handler_t::replace);
  return response;
}

// Its server cannot be reached, or its files are damaged: whoever asked can only ask again, an operator
// looks.
http::Response unseen(const std::string& target, const Error& error) {
  log::error("target {} cannot be looked at: {}", target, error.text());
  http::Response away = http::problem(503, fmt::format("the target {} cannot be looked at now", target),
                                      "Try again in a moment; the log, and `swap status` there, say why.");
  away.headers.emplace_back("Retry-After", "10");
  return away;
}

Result<http::Response> shown(const std::string& target, const Result<json>& seen) {
  if (seen) return answer(*seen);
  if (seen.error().kind() == Kind::failed) return unseen(target, seen.error());
  return seen.error();
}

std::string query(const Call& call, const std::string& name) {
  const auto found = call.request.query.find(name);
  return found == call.request.query.end() ? std::string() : found->second;
}

http::Response bad_query(std::string_view name, std::string_view expected) {
  return http::problem(422, fmt::format("the query parameter {} must be {}", name, expected));
}

bool is_id_or_nothing(const std::string& text) {
  return text.empty() || swap::is_snapshot_id(text);
}

std::optional<http::Response> unknown_query(const Call& call, const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : call.request.query)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return http::problem(422, fmt::format("there is no query parameter {} here", name));
  return std::nullopt;
}

// Held while a plan or a diff is made.
class Look {
 public:
  Look() : mine_(looks_.fetch_add(1) < most_looks) {}
  ~Look() { looks_.fetch_sub(1); }
  Look(const Look&) = delete;
  bool mine() const { return mine_; }

 private:
  static inline std::atomic<int> looks_ = 0;
  const bool mine_;
};

http::Response too_many_looks() {
  http::Response busy =
      http::problem(503, "others are looking at plans and differences already", "Try again in a moment.");
  busy.headers.emplace_back("Retry-After", "5");
  return busy;
}

std::set<std::string> split_by_commas(const std::string& text) {
  std::set<std::string> out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t comma = std::min(text.find(',', from), text.size());
    if (comma > from) out.insert(text.substr(from, comma - from));
    from = comma + 1;
  }
  return out;
}

std::optional<long long> whole_number(const std::string& text) {
  long long number = 0;
  const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || wrong != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

Result<http::Response> mark_snapshot(Call& call, swap::Mark mark, const std::string& action) {
  const config::Target* target = TRY(target_of(call));
  const std::string& id = call.arguments.at(1);
  const Result<json> all = swap::list_view(context_of(call, *target));
  if (!all) return shown(target->name, all);
  if (std::none_of(all->begin(), all->end(), [&](const json& one) { return one.at("id") == id; }))
    return error(Kind::usage, "there is no snapshot {}", id)
        .next(fmt::format("GET /api/targets/{}/snapshots lists them.", target->name));
  const Done marked = swap::mark(context_of(call, *target), mark, id, call.caller.actor);
  const audit::Record record{call.caller.actor, action, fmt::format("snapshot {} of {}", id, target->name),
                             call.request.remote, marked ? "done" : "refused"};
  TRY(audit::record(*call.session, record));
  if (!marked && marked.error().kind() == Kind::failed) return unseen(target->name, marked.error());
  TRY(marked);
  http::Response response;
  response.status = 204;
  return response;
}

}  // namespace

Result<http::Response> list_targets(Call& call) {
  json all = json::array();
  for (const auto& [name, target] : call.app.config.targets) {
    const Result<json> seen = swap::status_view(context_of(call, target));
    if (seen)
      all.push_back(*seen);
    else
      all.push_back({{"target", name},
                     {"mode", swap::mode_name(target.mode)},
                     {"error", "it cannot be looked at now; the log says why"}});
    if (!seen) log::error("target {} cannot be looked at: {}", name, seen.error().text());
  }
  return answer({{"targets", std::move(all)}});
}

Result<http::Response> show_target(Call& call) {
  const config::Target* target = TRY(target_of(call));
  return shown(target->name, swap::status_view(context_of(call, *target)));
}

Result<http::Response> list_snapshots(Call& call) {
  const config::Target* target = TRY(target_of(call));
  if (auto unknown = unknown_query(call, {"state"})) return std::move(*unknown);
  Result<json> seen = swap::list_view(context_of(call, *target));
  const std::string wanted = query(call, "state");
  if (!seen || wanted.empty()) return shown(target->name, seen);
  json matching = json::array();
  for (json& one : *seen)
    if (one.at("state") == wanted) matching.push_back(std::move(one));
  return answer(matching);
}

Result<http::Response> show_diff(Call& call) {
  const config::Target* target = TRY(target_of(call));
  if (auto unknown = unknown_query(call, {"snapshot", "against"})) return std::move(*unknown);
  for (const char* name : {"snapshot", "against"})
    if (!is_id_or_nothing(query(call, name))) return bad_query(name, "the id of a snapshot");
  const Look look;
  if (!look.mine()) return too_many_looks();
  const swap::DiffOrder order{query(call, "snapshot"), query(call, "against"), call.caller.actor};
  return shown(target->name, swap::diff(context_of(call, *target), order));
}

Result<http::Response> show_plan(Call& call) {
  const config::Target* target = TRY(target_of(call));
  if (auto unknown = unknown_query(call, {"snapshot", "allow"})) return std::move(*unknown);
  if (!is_id_or_nothing(query(call, "snapshot"))) return bad_query("snapshot", "the id of a snapshot");
  const Look look;
  if (!look.mine()) return too_many_looks();
  swap::Order order;
  order.wish.id = query(call, "snapshot");
  order.allow = split_by_commas(query(call, "allow"));
  order.actor = call.caller.actor;
  return shown(target->name, swap::preview(context_of(call, *target), order));
}

Result<http::Response> show_history(Call& call) {
  const config::Target* target = TRY(target_of(call));
  if (auto unknown = unknown_query(call, {"cursor", "limit"})) return std::move(*unknown);
  const std::string cursor = query(call, "cursor"), limit = query(call, "limit");
  const std::optional<long long> before = whole_number(cursor),
                                 most = whole_number(limit.empty() ? "50" : limit);
  if (!most || *most < 1 || *most > 200) return bad_query("limit", "a number from 1 to 200");
  if (!cursor.empty() && !before)
    return bad_query("cursor", "the `epoch` of the last receipt of the page before");
  Result<json> seen = swap::history_view(context_of(call, *target));
  if (!seen) return shown(target->name, seen);
  json page = json::array();
  for (json& receipt : *seen)
    if (std::ssize(page) < *most && (!before || receipt.at("epoch") < *before))
      page.push_back(std::move(receipt));
  return answer(page);
}

Result<http::Response> pin_snapshot(Call& call) {
  return mark_snapshot(call, swap::Mark::pin, "snapshot.pin");
}

Result<http::Response> unpin_snapshot(Call& call) {
  return mark_snapshot(call, swap::Mark::unpin, "snapshot.unpin");
}

}  // namespace slipway::api
