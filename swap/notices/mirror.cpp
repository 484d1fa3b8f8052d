#include "swap/notices/mirror.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "migrations/audit.hpp"
#include "migrations/history.hpp"
#include "swap/notices/message.hpp"
#include "swap/promote/receipt.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

history::Promotion promotion_of(const json& receipt) {
  const auto epoch = receipt.find("epoch");
  const bool numbered = epoch != receipt.end() && epoch->is_number_integer();
  return {text(receipt, "target"), text(receipt, "started_at"), numbered ? epoch->get<long long>() : 0,
          text(receipt, "kind"),   text(receipt, "actor"),      text(receipt, "outcome"),
          text(receipt, "from"),   text(receipt, "to"),         dumped(receipt)};
}

// A way back was ordered by nobody: it is how a promotion ended.
std::string action_of(const json& receipt) {
  return text(receipt, "kind") == "rollback" ? "target.rollback" : "target.promote";
}

Done enter_audit(pg::Session& control, const json& receipt, const std::string& origin) {
  json detail = json::object();
  for (const char* key : {"epoch", "from", "to", "started_at", "pause_ms", "reason"})
    if (receipt.contains(key)) detail[key] = receipt[key];
  return audit::record(
      control, {text(receipt, "actor"), action_of(receipt), "target " + text(receipt, "target"), origin,
                text(receipt, "outcome"), dumped(detail)});
}

// ISO times in UTC compare as texts.
bool is_recent(const json& receipt, WallTime now) {
  const std::string began = text(receipt, "started_at");
  return began.empty() || began > iso_time(now - notices::too_old) ||
         text(receipt, "outcome") == name(Outcome::needs_operator);
}

// What was refused before it began has no time of its own, and is never met again.
std::string subject_of(const json& receipt) {
  const std::string began = text(receipt, "started_at");
  return fmt::format("promotion {} {} {}", text(receipt, "target"), began.empty() ? new_uuid() : began,
                     text(receipt, "outcome"));
}

bool same_order(const json& receipt, const std::string& started_at) {
  return text(receipt, "started_at") == started_at;
}

// Its receipt may still get the hooks' results.
bool still_at_work(const Attempt& attempt) {
  return attempt.lease.boot_id == boot_id() && attempt.lease.promoter != this_process() &&
         alive(attempt.lease.promoter);
}

struct Ended {
  std::vector<json> receipts;  // oldest first
  bool all = true;
};

Result<Ended> ended(Engine& engine, const Journal& journal, const std::string& target) {
  Ended ended{TRY(kept_receipts(engine)), true};
  std::reverse(ended.receipts.begin(), ended.receipts.end());
  if (!journal.attempt) return ended;
  const Attempt& last = *journal.attempt;
  const bool stuck = last.state == Step::needs_operator;
  ended.all = stuck || !(journal.under_way() || still_at_work(last));
  if (ended.all && !stuck) return ended;
  const std::string began = iso_time(from_epoch_ms(last.started_ms));
  std::erase_if(ended.receipts, [&](const json& one) { return same_order(one, began); });
  if (stuck) ended.receipts.push_back(to_json(receipt_of(last, target, Outcome::needs_operator)));
  return ended;
}

}  // namespace

Done enter_receipt(pg::Session& control, const json& receipt, const std::vector<notices::Receiver>& receivers,
                   const std::string& origin, WallTime now) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(control));
  if (receipt.contains("started_at") && !TRY(history::mirror(control, promotion_of(receipt)))) return {};
  TRY(enter_audit(control, receipt, origin));
  if (is_recent(receipt, now))
    TRY(notices::enter(control,
                       {subject_of(receipt), "promotion", level_of_promotion(receipt), dumped(receipt)},
                       receivers));
  return transaction.commit();
}

Done Mirror::catch_up(pg::Session& control, const Context& context,
                      const std::vector<notices::Receiver>& receivers) {
  const std::string& target = context.target.name;
  const std::unique_ptr<Engine> engine = engine_of(context);
  const Journal journal = TRY(engine->read_journal());
  const std::string state =
      journal.attempt ? fmt::format("{} {}", journal.epoch, name(journal.attempt->state)) : "none";
  if (seen_[target] == state) return {};
  const Ended all = TRY(ended(*engine, journal, target));
  const std::set<std::string> known = TRY(history::mirrored(control, target));
  Done entered;
  for (const json& receipt : all.receipts) {
    const std::string began = text(receipt, "started_at");
    if (known.contains(began + " " + text(receipt, "outcome"))) continue;
    // One that cannot be entered holds up none of the others.
    Done one = began.empty()
                   ? fail("a kept receipt of target {} does not say when it began", target)
                   : enter_receipt(control, receipt, receivers, "journal", context.seams.clock.now());
    if (!one) entered = std::move(one);
  }
  if (entered && all.all) seen_[target] = state;
  return entered;
}

Done enter_jobs(pg::Session& control, const std::vector<notices::Receiver>& receivers) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(control));
  for (const std::string& ended : TRY(notices::take_ended_jobs(control))) {
    const json job = json::parse(ended);
    TRY(notices::enter(
        control, {fmt::format("job {}", job.at("job").get<long long>()), "job", level_of_job(job), ended},
        receivers));
  }
  return transaction.commit();
}

}  // namespace slipway::swap
