// The queue on a real server, with many at it at once.
#include "daemon/jobs/queue.hpp"

#include <atomic>
#include <set>

#include "daemon/jobs/events.hpp"
#include "tests/integration/jobs/fixture.hpp"

namespace slipway::jobs {
namespace {

TEST_F(Jobs, FiftyAtOnceMakeOneJobAndTheOthersAreToldWhich) {
  std::atomic<int> accepted = 0, refused = 0;
  std::atomic<long long> winner = 0;
  std::atomic<bool> all_name_it = true;
  {
    std::vector<std::jthread> racers;
    std::atomic<int> ready = 0;
    for (int i = 0; i < 50; ++i)
      racers.emplace_back([&] {
        auto mine = cluster->session(database);
        for (++ready; ready < 50;) std::this_thread::yield();
        const auto entry = committed(mine, build_of("portal"));
        ASSERT_TRUE(entry) << entry.error().text();
        ++(entry->accepted ? accepted : refused);
        long long none = 0;
        if (!winner.compare_exchange_strong(none, entry->job.id) && none != entry->job.id)
          all_name_it = false;
      });
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(refused, 49);
  EXPECT_TRUE(all_name_it);
  EXPECT_NE(held_by(read(winner)).text().find(fmt::format("job {}", winner.load())), std::string::npos);
}

TEST_F(Jobs, OtherTargetsAndOtherHomesDoNotStandInTheWay) {
  NewJob elsewhere = build_of("portal");
  elsewhere.home = "/home/two";
  EXPECT_TRUE(committed(session, build_of("portal"))->accepted);
  EXPECT_TRUE(committed(session, build_of("other"))->accepted);
  EXPECT_TRUE(committed(session, elsewhere)->accepted);
  EXPECT_FALSE(committed(session, build_of("portal"))->accepted);
}

TEST_F(Jobs, TwentyWorkersClaimEachJobOnce) {
  for (int i = 0; i < 60; ++i) queued(fmt::format("target{}", i));
  std::mutex mutex;
  std::set<long long> claimed;
  std::atomic<int> claims = 0;
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 20; ++i)
      workers.emplace_back([&] {
        auto mine = cluster->session(database);
        while (true) {
          const auto job = claim(mine, "/home/one", this_worker());
          ASSERT_TRUE(job) << job.error().text();
          if (!*job) return;
          ++claims;
          const std::lock_guard lock(mutex);
          claimed.insert((*job)->id);
        }
      });
  }
  EXPECT_EQ(claims, 60);
  EXPECT_EQ(claimed.size(), 60u);
}

TEST_F(Jobs, OnlyItsHomeClaimsAJob) {
  const long long id = queued("portal");
  EXPECT_FALSE(claim(session, "/home/two", this_worker())->has_value());
  const auto job = claim(session, "/home/one", this_worker());
  ASSERT_TRUE(job && *job);
  EXPECT_EQ((*job)->id, id);
  EXPECT_EQ((*job)->state, State::running);
}

TEST_F(Jobs, AForegroundJobIsRunningFromItsFirstMoment) {
  const auto entry = enter_claimed(session, build_of("portal"), this_worker());
  ASSERT_TRUE(entry) << entry.error().text();
  EXPECT_EQ(entry->job.state, State::running);
  EXPECT_FALSE(claim(session, "/home/one", this_worker())->has_value());
  EXPECT_FALSE(committed(session, build_of("portal"))->accepted);
}

TEST_F(Jobs, CancellingAWaitingJobEndsItAndARunningOneIsAsked) {
  const long long waiting = queued("one");
  EXPECT_EQ(cancel(session, waiting, "maria", "test")->state, State::cancelled);
  EXPECT_EQ(cancel(session, waiting, "maria", "test").error().kind(), Kind::refused);

  const long long running = queued("two");
  ASSERT_TRUE(*claim(session, "/home/one", this_worker()));
  EXPECT_EQ(cancel(session, running, "maria", "test")->state, State::running);
  const auto heard = beat(session, running, this_worker());
  ASSERT_TRUE(heard);
  EXPECT_TRUE(heard->mine);
  EXPECT_TRUE(heard->cancel_requested);
  EXPECT_EQ(cancel(session, 999, "maria", "test").error().kind(), Kind::usage);
}

TEST_F(Jobs, AnEndingIsWrittenOnceAndOnlyByItsWorker) {
  const long long id = queued("portal");
  ASSERT_TRUE(*claim(session, "/home/one", this_worker()));
  WorkerId other = this_worker();
  other.process.start_ticks += 1;
  EXPECT_FALSE(finish(session, id, other, {State::succeeded, "{}", ""}));
  EXPECT_FALSE(beat(session, id, other)->mine);
  ASSERT_TRUE(finish(session, id, this_worker(), {State::succeeded, R"({"rows":1})", ""}));
  EXPECT_TRUE(finish(session, id, this_worker(), {State::succeeded, "{}", ""})) << "the same again";
  EXPECT_FALSE(finish(session, id, this_worker(), {State::failed, "{}", "no"}));
  EXPECT_EQ(read(id).state, State::succeeded);
  EXPECT_FALSE(beat(session, id, this_worker())->mine);
}

TEST_F(Jobs, OnlyWhatWentWrongIsRetriedAndTheNewJobNamesTheOld) {
  const long long id = queued("portal");
  EXPECT_EQ(retry(session, id, "maria", "test").error().kind(), Kind::refused);
  ASSERT_TRUE(cancel(session, id, "maria", "test"));
  const auto again = retry(session, id, "joe", "test");
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->job.retry_of, id);
  EXPECT_EQ(again->job.actor, "joe");
  EXPECT_EQ(again->job.params, read(id).params);
  EXPECT_FALSE(retry(session, id, "joe", "test")->accepted) << "one build a target";
}

TEST_F(Jobs, PagesGoThroughAllJobsOnce) {
  for (int i = 0; i < 7; ++i) queued(fmt::format("target{}", i));
  std::set<long long> seen;
  Filter filter;
  filter.limit = 3;
  int pages = 0;
  do {
    const auto page = list_jobs(session, filter);
    ASSERT_TRUE(page);
    for (const Job& job : page->jobs) EXPECT_TRUE(seen.insert(job.id).second);
    filter.before = page->next;
    ++pages;
  } while (filter.before != 0);
  EXPECT_EQ(seen.size(), 7u);
  EXPECT_EQ(pages, 3);
  filter.state = State::running;
  EXPECT_TRUE(list_jobs(session, filter)->jobs.empty());
}

TEST_F(Jobs, EventsOfManyWritersAreNumberedWithoutGaps) {
  const long long id = queued("portal");
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i)
      writers.emplace_back([&] {
        auto mine = cluster->session(database);
        for (int n = 0; n < 25; ++n)
          ASSERT_TRUE(append_event(mine, id, "line", event_data("text", "x\n\"y")));
      });
  }
  const auto events = events_after(session, id, 0, 1000);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 201u);  // the first says that it is queued
  for (std::size_t i = 0; i < events->size(); ++i) EXPECT_EQ((*events)[i].id, static_cast<long long>(i + 1));
  EXPECT_EQ(events_after(session, id, 200, 1000)->size(), 1u);
}

TEST_F(Jobs, EveryChangeIsAudited) {
  const long long id = queued("portal");
  EXPECT_FALSE(committed(session, build_of("portal"))->accepted);
  ASSERT_TRUE(cancel(session, id, "joe", "10.0.0.1"));
  const auto rows =
      session.query("select actor || ' ' || action || ' ' || outcome from slipway.audit order by id");
  ASSERT_EQ(rows->size(), 3);
  EXPECT_EQ(rows->string(0, 0), "maria job.ingest accepted");
  EXPECT_EQ(rows->string(1, 0), "maria job.ingest busy");
  EXPECT_EQ(rows->string(2, 0), "joe job.cancel accepted");
}

}  // namespace
}  // namespace slipway::jobs
