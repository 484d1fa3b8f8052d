// Jobs that run: kept alive, cancelled, killed, cut off from their control database, and taken over.
#include "daemon/jobs/run.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/jobs/events.hpp"
#include "daemon/jobs/rescue.hpp"
#include "daemon/jobs/worker.hpp"
#include "tests/integration/jobs/fixture.hpp"

namespace slipway::jobs {
namespace {

IngestResult ended(const std::string& state) {
  IngestResult result;
  result.state = state;
  result.target = "portal";
  return result;
}

// Builds nothing until it is asked to stop.
IngestResult wait_for_stop(long long, const IngestOrder&, ingest::Observer& observer, std::stop_token stop) {
  observer.phase("load");
  while (!stop.stop_requested()) std::this_thread::sleep_for(Millis(10));
  return ended("cancelled");
}

IngestResult succeed(long long, const IngestOrder&, ingest::Observer& observer, std::stop_token) {
  observer.phase("load");
  observer.progress({"image", 10, 0, 100, 100});
  observer.line("all is well");
  return ended("succeeded");
}

class Running : public Jobs {
 protected:
  Job claimed(const std::string& target) {
    queued(target);
    return **claim(session, "/home/one", this_worker());
  }
};

TEST_F(Running, ItsNewsAndItsEndAreWritten) {
  const Job job = claimed("portal");
  const Ran ran = run_claimed({conninfo(), this_worker(), succeed}, job);
  ASSERT_TRUE(ran.recorded) << ran.recorded.error().text();
  const Job after = read(job.id);
  EXPECT_EQ(after.state, State::succeeded);
  EXPECT_NE(after.progress.find("image"), std::string::npos);
  EXPECT_NE(after.result.find("succeeded"), std::string::npos);
  std::string kinds;
  const auto events = events_after(session, job.id, 0, 100);
  ASSERT_TRUE(events) << events.error().text();
  for (const Event& event : *events) kinds += event.kind + " ";
  EXPECT_EQ(kinds, "state state phase line progress state ");
}

TEST_F(Running, CancellingEndsItWithinSeconds) {
  const Job job = claimed("portal");
  Ran ran;
  std::jthread worker([&] { ran = run_claimed({conninfo(), this_worker(), wait_for_stop}, job); });
  ASSERT_TRUE(cancel(session, job.id, "maria", "test"));
  worker.join();
  EXPECT_EQ(ran.state, State::cancelled);
  EXPECT_EQ(read(job.id).state, State::cancelled);
}

TEST_F(Running, AWorkerThatIsStoppedLeavesItsJobInterrupted) {
  const long long id = queued("portal");
  {
    Worker worker(conninfo(), "/home/one", wait_for_stop);
    ASSERT_TRUE(comes_true([&] { return read(id).state == State::running; }));
    EXPECT_TRUE(worker.healthy());
  }
  EXPECT_EQ(read(id).state, State::interrupted);
  EXPECT_TRUE(retry(session, id, "maria", "test")->accepted);
}

TEST_F(Running, AWorkerRunsOneJobAfterTheOther) {
  const long long first = queued("one");
  const long long second = queued("two");
  Worker worker(conninfo(), "/home/one", succeed);
  EXPECT_TRUE(comes_true([&] { return read(second).state == State::succeeded; }));
  EXPECT_EQ(read(first).state, State::succeeded);
}

TEST_F(Running, WorkThatFailsLeavesItsReason) {
  const Job job = claimed("portal");
  const Work work = [](long long, const IngestOrder&, ingest::Observer&, std::stop_token) {
    IngestResult result = ended("failed");
    result.error = error(Kind::refused, "too many rejects").next("Look at the reject file.");
    return result;
  };
  const Ran ran = run_claimed({conninfo(), this_worker(), work}, job);
  EXPECT_EQ(ran.state, State::failed);
  EXPECT_EQ(read(job.id).error, "too many rejects\n  Look at the reject file.");
}

TEST_F(Running, AKilledWorkersJobIsFoundAtOnce) {
  queued("portal");
  int ready[2];
  ASSERT_EQ(::pipe2(ready, O_CLOEXEC), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto mine = pg::Session::open(conninfo());
    const auto job = claim(*mine, "/home/one", this_worker());
    (void)!::write(ready[1], job && *job ? "y" : "n", 1);
    ::pause();
    ::_exit(0);
  }
  char claimed_it = 0;
  ASSERT_EQ(::read(ready[0], &claimed_it, 1), 1);
  ASSERT_EQ(claimed_it, 'y');
  EXPECT_TRUE(rescue(session)->empty()) << "it is alive";
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const auto rescued = rescue(session);
  ASSERT_TRUE(rescued) << rescued.error().text();
  ASSERT_EQ(rescued->size(), 1u);
  EXPECT_EQ(read(rescued->front()).state, State::interrupted);
  EXPECT_NE(read(rescued->front()).error.find("died"), std::string::npos);
  EXPECT_TRUE(committed(session, build_of("portal"))->accepted) << "the target is free again";
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_F(Running, SilenceOfAnotherHostIsOnlyBelievedAfterTheExpiry) {
  const Job job = claimed("portal");
  ASSERT_TRUE(session.query("update slipway.jobs set worker = worker || '{\"host\":\"far\"}'"));
  EXPECT_TRUE(rescue(session)->empty());
  ASSERT_TRUE(session.query("update slipway.jobs set heartbeat_at = now() - interval '1 hour'"));
  // The server has just started: before that nobody could be heard.
  EXPECT_TRUE(rescue(session)->empty());
  EXPECT_EQ(read(job.id).state, State::running);
}

TEST_F(Running, AJobThatWasTakenAwayStopsItsWork) {
  const Job job = claimed("portal");
  Ran ran;
  std::jthread worker([&] { ran = run_claimed({conninfo(), this_worker(), wait_for_stop}, job); });
  ASSERT_TRUE(comes_true([&] { return !read(job.id).progress.empty(); }));
  ASSERT_TRUE(session.query("update slipway.jobs set state = 'interrupted', finished_at = now()"));
  worker.join();
  EXPECT_EQ(ran.state, State::interrupted);
  EXPECT_EQ(read(job.id).state, State::interrupted);
}

TEST_F(Running, LosingTheControlDatabaseInTheMiddleIsSurvived) {
  const Job job = claimed("portal");
  std::atomic<bool> go_on = false;
  const Work work = [&](long long id, const IngestOrder& order, ingest::Observer& observer,
                        std::stop_token stop) {
    observer.line("before");
    while (!go_on) std::this_thread::sleep_for(Millis(10));
    observer.line("while it was away");
    return succeed(id, order, observer, std::move(stop));
  };
  Ran ran;
  std::jthread worker([&] { ran = run_claimed({conninfo(), this_worker(), work}, job); });
  cluster->stop(SIGQUIT);
  go_on = true;
  std::this_thread::sleep_for(Millis(1500));
  cluster->start();
  worker.join();
  ASSERT_TRUE(ran.recorded) << ran.recorded.error().text();
  session = cluster->session(database);
  EXPECT_EQ(read(job.id).state, State::succeeded);
}

}  // namespace
}  // namespace slipway::jobs
