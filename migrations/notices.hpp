// The notices to send, as they wait in the control database: entered once for each receiver, taken by one
// sender at a time, tried again and again, and at last given up. Nobody is told twice but where a sender dies
// between a receiver's answer and its record.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/config/config.hpp"
#include "base/pg/session.hpp"

namespace slipway::notices {

using Level = config::NoticeLevel;

inline constexpr int most_tries = 20;  // about twelve hours, where somebody keeps trying
inline constexpr Seconds too_old{86'400};

std::string_view name(Level level);
// How long to wait after that many tries failed.
Seconds pause_after(int tries);

struct Event {
  std::string subject;  // told once
  std::string kind;     // promotion, job
  Level level = Level::info;
  std::string json;
};

struct Receiver {
  std::string channel;
  Level level = Level::info;
};

// For every receiver that wants to hear of that level.
Done enter(pg::Session& session, const Event& event, const std::vector<Receiver>& receivers);

// Jobs that ended and were told to nobody yet; from now on they count as told. Those that ended more than
// too_old ago are left out. In the caller's transaction.
Result<std::vector<std::string>> take_ended_jobs(pg::Session& session);

struct Waiting {
  std::string id;
  std::string channel;
  std::string kind;
  std::string level;
  std::string event;  // JSON
  int tries = 0;      // this one included
};

// The next one that is due for one of those channels; for a minute nobody else takes it.
Result<std::optional<Waiting>> take(pg::Session& session, const std::vector<std::string>& channels);
Done record_sent(pg::Session& session, const Waiting& notice);
// It waits again, or is given up after most_tries.
Done record_failed(pg::Session& session, const Waiting& notice, const std::string& trouble);
// Of each receiver that is not told as it should be: what waits for another try, and what was given up within
// the last week.
struct Trouble {
  std::string channel;
  std::int64_t waiting = 0;
  std::int64_t given_up = 0;
  std::string why;  // of the newest
};
Result<std::vector<Trouble>> troubles(pg::Session& session);

// Gives up those that nobody could send for days (their channel is no longer in the config), and forgets what
// is long over. What was given up, in words.
Result<std::vector<std::string>> clear_old(pg::Session& session);

}  // namespace slipway::notices
