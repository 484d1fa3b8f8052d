#include "daemon/api/idempotency.hpp"

#include <algorithm>

namespace slipway::api {

bool is_idempotency_key(std::string_view key) {
  constexpr std::size_t longest = 200;
  return !key.empty() && key.size() <= longest &&
         std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

Result<std::optional<Earlier>> take_key(pg::Session& session, const KeyedOrder& order) {
  if (order.key.empty()) return std::optional<Earlier>();
  TRY(session.query("delete from slipway.idempotency where created_at < now() - interval '1 day'"));
  const pg::Rows made =
      TRY(session.query("insert into slipway.idempotency (actor, key, request_sha256) values ($1, $2, $3) on "
                        "conflict do nothing",
                        {order.actor, order.key, order.request_sha256}));
  if (made.affected() == 1) return std::optional<Earlier>();
  const pg::Rows rows = TRY(session.query(
      "select request_sha256 = $3, coalesce(job, 0), coalesce(answer, '') from slipway.idempotency"
      " where actor = $1 and key = $2",
      {order.actor, order.key, order.request_sha256}));
  if (rows.empty())
    return error(Kind::busy, "the order with this Idempotency-Key has just expired").next("Send it again.");
  return std::optional<Earlier>({rows.truth(0, 0), rows.number(0, 1), rows.string(0, 2)});
}

Done keep_answer(pg::Session& session, const KeyedOrder& order, long long job, const std::string& answer) {
  if (order.key.empty()) return {};
  TRY(session.query("update slipway.idempotency set job = $3, answer = $4 where actor = $1 and key = $2",
                    {order.actor, order.key, std::to_string(job), answer}));
  return {};
}

Done forget_key(pg::Session& session, const KeyedOrder& order) {
  if (order.key.empty()) return {};
  TRY(session.query("delete from slipway.idempotency where actor = $1 and key = $2",
                    {order.actor, order.key}));
  return {};
}

}  // namespace slipway::api
