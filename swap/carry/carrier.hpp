// Tables that users write, from live into the candidate: everything that takes long before anybody is held,
// the rest while they are, and nothing of it in the candidate until shortly before the switch.
//
//   open            what an earlier attempt may have left is taken away, and the two places are compared:
//   what
//                   cannot be carried is refused by name
//   copy_ahead      copies, then what changed meanwhile, until little is left; references are checked
//   hold_and_finish live's tables locked, the last changes, sequences; committed
//   let_go          the locks; after the switch, or before the last session of a database must go
//
// Whoever finds an attempt half done ends it with undo() or, after the switch, tidy().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "swap/carry/landing.hpp"
#include "swap/carry/undo.hpp"

namespace slipway::swap::carry {

struct Order {
  Side live;
  Side candidate;
  std::vector<std::string> patterns;
  bool back = false;                        // to an older snapshot
  std::optional<std::uint64_t> free_bytes;  // where the candidate lies; nothing: that is not known
  Millis hold_limit{60'000};
};

// What a plan shows of one table.
struct Prospect {
  std::string table;
  How how = How::inside;
  long long rows = 0;  // of live; where it is large, the planner's guess
  long long bytes = 0;
  long long changed = 0;  // rows that users wrote since the two were alike
};

// What a receipt shows of one.
struct Carried {
  std::string table;
  How how = How::inside;
  Counts counts;
};

class Carrier {
 public:
  static Result<std::unique_ptr<Carrier>> open(pg::Connections& connections, Order order);

  const std::vector<Prospect>& prospects() const { return prospects_; }
  const std::vector<std::string>& notes() const { return match_.notes; }

  Done copy_ahead();
  Done hold_and_finish();
  // The backend that holds the locks; 0: none does.
  int locker_pid() const { return live_ && live_->in_transaction() ? live_->backend_pid() : 0; }
  void let_go() { live_.reset(); }
  const std::vector<Carried>& carried() const { return carried_; }

 private:
  explicit Carrier(Order order) : order_(std::move(order)) {}
  Done compare_places(pg::Session& candidate);
  Done decide(pg::Session& candidate, Pair& pair);
  Done guard_size() const;
  Done log_on_live();
  Done copy_all();
  Done catch_up();
  Result<long long> apply_changes();
  Done lock_live();
  Done last_changes();
  Done finish();

  Order order_;
  std::optional<pg::Session> live_;
  std::unique_ptr<Landing> landing_;
  Match match_;
  std::vector<Prospect> prospects_;
  std::vector<Carried> carried_;
};

// What a plan can say without the candidate, whose server may not run: live's tables, and what users wrote
// since live was promoted over `other`.
Result<std::vector<Prospect>> look_at_live(pg::Connections& connections, const Side& live,
                                           const std::vector<std::string>& patterns,
                                           const std::string& other);

}  // namespace slipway::swap::carry
