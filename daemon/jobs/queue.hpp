// The queue of jobs: entered, claimed, kept alive, cancelled and finished; each a statement or two, each
// guarded by the state that the job must be in. What changes several rows is meant to run in a transaction of
// the caller.
#pragma once

#include <optional>
#include <string>

#include "daemon/jobs/job.hpp"
#include "daemon/jobs/worker_id.hpp"

namespace slipway::jobs {

struct NewJob {
  std::string kind = "ingest";
  std::string pipeline, target, home;
  std::string params = "{}";  // the order as JSON
  std::string actor, origin;  // who, from where
  long long retry_of = 0;
};

struct Entry {
  Job job;               // the new job, or the one that holds the target already
  bool accepted = true;  // false: it is the other one
};

// One build, one promotion or rollback, and one pruning a target: where one is queued or running already,
// that one comes back. Audited either way.
Result<Entry> enqueue(pg::Session& session, const NewJob& wanted);
// The same, but claimed by this worker from its first moment.
Result<Entry> enter_claimed(pg::Session& session, const NewJob& wanted, const WorkerId& worker);
// What a refused entry says to people: Kind::busy, naming the job.
Error held_by(const Job& holder);

// What one worker takes: a promotion never waits behind a build or the removal of old snapshots.
enum class Lane { build, promotion, prune };

// The oldest waiting job of that lane that this home may run; nothing if there is none. Any number of workers
// may ask at once.
Result<std::optional<Job>> claim(pg::Session& session, const std::string& home, const WorkerId& worker,
                                 Lane lane = Lane::build);

struct Beat {
  bool mine = true;  // false: the job was taken away, and whatever still runs for it must end
  bool cancel_requested = false;
};
Result<Beat> beat(pg::Session& session, long long job, const WorkerId& worker);
Done write_progress(pg::Session& session, long long job, const WorkerId& worker, const std::string& progress);

// A waiting job is cancelled at once, a running build is asked to end. Kind::refused if it has ended already,
// and for a promotion that runs.
Result<Job> cancel(pg::Session& session, long long job, const std::string& actor, const std::string& origin);
// A new job with the same order. Kind::refused unless the old one has failed or was cut short.
Result<Entry> retry(pg::Session& session, long long job, const std::string& actor, const std::string& origin);

struct Ending {
  State state = State::failed;
  std::string result;  // JSON; empty: none
  std::string error;
};
// Saying the same ending twice is fine (its first answer may have been lost).
Done finish(pg::Session& session, long long job, const WorkerId& worker, const Ending& ending);

}  // namespace slipway::jobs
