#include "daemon/jobs/record.hpp"

#include "base/pg/retry.hpp"

namespace slipway::jobs {
namespace {

// How long the end of a job is tried to be written while the control database is away.
constexpr pg::Patience patience{100, Millis(200), Millis(5'000), Millis(90'000)};

Done record_once(const std::string& conninfo, const WorkerId& worker, long long job, const Ending& ending) {
  pg::Options options;
  options.connect_limit = Seconds(5);
  options.call_limit = Millis(10'000);
  pg::Session session = TRY(pg::Session::open(conninfo, options));
  return finish(session, job, worker, ending);
}

Error unrecorded(long long job, State state, Error cause) {
  return fail("job {} has ended ({}), but that could not be written into the control database", job,
              name(state))
      .because(std::move(cause))
      .next("It will be shown as interrupted; what is true says `swap list` and `swap status`.");
}

}  // namespace

// Writing the same end twice is writing it once.
Done record_end(const std::string& conninfo, const WorkerId& worker, long long job, const Ending& ending) {
  Done recorded = pg::retrying(real_clock(), patience, pg::Repeatable::yes,
                               [&] { return record_once(conninfo, worker, job, ending); });
  if (recorded) return recorded;
  return unrecorded(job, ending.state, std::move(recorded).error());
}

}  // namespace slipway::jobs
