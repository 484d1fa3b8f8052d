// The journal of a target: what is known of its promotions, in one checksummed text that lies with the target
// (volume: a file beside `current`; else a row in its database). What is live stands in the link or the
// catalog alone; the journal says how it came to be so, and what was under way.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "base/process.hpp"
#include "swap/states.hpp"

namespace slipway::swap {

// The right to hold clients still, until a time.
struct Lease {
  std::string boot_id;
  ProcessId promoter;
  ProcessId watchdog;
  std::int64_t deadline_ms = 0;  // wall clock: what people read, and other hosts
  // By the clock of its boot, which all its processes share and nobody can set: what counts there.
  std::int64_t steady_deadline_ms = 0;

  void extend(Millis duration, Clock& clock);  // from now on
  Millis left(Clock& clock) const;             // negative: expired
};

struct JournalStep {
  std::string step;
  std::int64_t at_ms = 0;
  std::int64_t ms = 0;
  bool intent = false;  // begun; and not yet known to have ended
};

struct ProbeResult {
  std::string probe;
  bool ok = false;
  std::string detail;
};

// Something that is, or may be, held still in this attempt's name; resumed with what was remembered of it.
struct Pause {
  std::string name;
  std::string memo;
};

// One attempt to change what is live. It is under way until its state is an end.
struct Attempt {
  long long epoch = 0;
  std::string kind;  // promote, rollback or way_back
  std::string from;  // empty: nothing was live
  std::string to;
  Step state = Step::planned;
  std::string actor;
  std::int64_t started_ms = 0;
  Lease lease;
  std::string token;          // what the engine needs to revoke it
  std::vector<Pause> paused;  // in the order in which they were paused
  std::int64_t hold_began_ms = 0;
  std::int64_t pause_ms = 0;
  bool close_clients = false;        // what they remember of types and rows is not what they will find
  bool failed_verification = false;  // of the candidate: it will be marked bad
  std::vector<JournalStep> steps;
  std::vector<ProbeResult> verify;
  std::map<std::string, long long> carried;  // rows of tables that users write
  std::string reason;                        // why it ended as it did, if not in done
};

// What the target knows of one snapshot.
struct SnapshotRecord {
  std::string predecessor;  // what was live before its first promotion
  std::int64_t first_promoted_ms = 0;
  std::int64_t live_since_ms = 0;
  bool bad = false;
  std::string bad_reason;
  bool pinned = false;
};

// A promotion for later.
struct Scheduled {
  std::string id;
  std::int64_t at_ms = 0;
  std::string actor;
  std::string expect_live;  // what was live when it was scheduled
  std::vector<std::string> allow;
};

struct Journal {
  long long epoch = 0;
  std::map<std::string, SnapshotRecord> snapshots;
  std::optional<Attempt> attempt;  // the last one, ended or not
  std::optional<Scheduled> scheduled;

  bool under_way() const { return attempt && !is_end(attempt->state); }
};

std::string journal_text(const Journal& journal);
Result<Journal> journal_from_text(const std::string& text, const std::string& where);

// A target without a journal has an empty one.
Result<Journal> read_journal(Files& files, const Path& path);
Done write_journal(Files& files, const Path& path, const Journal& journal);

// What `swap rollback` goes to: what was live before live's first promotion, bad ones skipped. Empty:
// nothing.
std::string previous_of(const Journal& journal, const std::string& live);

}  // namespace slipway::swap
