// Idempotency-Key: an order that comes again gets the answer that it got before, and makes no second job.
#pragma once

#include <optional>
#include <string>

#include "base/pg/session.hpp"

namespace slipway::api {

struct KeyedOrder {
  std::string actor;
  std::string key;  // empty: the order has none, and everything here does nothing
  std::string request_sha256;
};

// 1 to 200 printable characters.
bool is_idempotency_key(std::string_view key);

// All three in the transaction that makes the job; whoever comes with the same key meanwhile waits for its
// end.
struct Earlier {
  bool same_request = false;
  long long job = 0;
  std::string answer;
};
// Nothing if the key is new: then it is ours.
Result<std::optional<Earlier>> take_key(pg::Session& session, const KeyedOrder& order);
Done keep_answer(pg::Session& session, const KeyedOrder& order, long long job, const std::string& answer);
Done forget_key(pg::Session& session, const KeyedOrder& order);

}  // namespace slipway::api
