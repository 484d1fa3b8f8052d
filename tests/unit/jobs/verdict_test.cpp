// Which running jobs are taken for dead, what their end is called, and what their news look like.
#include <gtest/gtest.h>

#include "daemon/jobs/rescue.hpp"
#include "daemon/jobs/run.hpp"
#include "daemon/jobs/tracker.hpp"

namespace slipway::jobs {
namespace {

TEST(Verdict, TheDeadAtOnceTheSilentAfterAWhile) {
  const Millis little{1000};
  const Millis long_time = heartbeat_expiry + Millis(1);
  EXPECT_TRUE(verdict(Life::dead, little));
  EXPECT_FALSE(verdict(Life::alive, little));
  EXPECT_FALSE(verdict(Life::unknown, little));
  EXPECT_TRUE(verdict(Life::alive, long_time));
  EXPECT_TRUE(verdict(Life::unknown, long_time));
}

TEST(Worker, IsKnownAgainByMoreThanItsPid) {
  WorkerId worker = this_worker();
  EXPECT_EQ(*worker_from_json(to_json(worker)), worker);
  EXPECT_EQ(life_of(worker), Life::alive);
  worker.process.start_ticks += 1;
  EXPECT_EQ(life_of(worker), Life::dead);
  worker = this_worker();
  worker.boot = "another boot";
  EXPECT_EQ(life_of(worker), Life::dead);
  worker.host = "another host";
  EXPECT_EQ(life_of(worker), Life::unknown);
  for (const char* text : {"", "{}", "[]", R"({"host":1})"}) EXPECT_FALSE(worker_from_json(text)) << text;
}

TEST(FinalState, GoesByTheWorkAndByWhoStoppedIt) {
  struct Case {
    const char* worked;
    Stop stop;
    State expected;
  };
  const Case cases[] = {
      {"succeeded", Stop::none, State::succeeded},       {"succeeded", Stop::cancelled, State::succeeded},
      {"succeeded", Stop::lost, State::succeeded},       {"failed", Stop::none, State::failed},
      {"failed", Stop::shutdown, State::failed},         {"cancelled", Stop::cancelled, State::cancelled},
      {"cancelled", Stop::shutdown, State::interrupted}, {"cancelled", Stop::lost, State::interrupted},
      {"cancelled", Stop::none, State::cancelled}};
  for (const Case& one : cases) {
    IngestResult result;
    result.state = one.worked;
    EXPECT_EQ(final_state(result, one.stop), one.expected) << one.worked << static_cast<int>(one.stop);
  }
}

TEST(Tracker, GivesOutEachPieceOfNewsOnce) {
  Tracker tracker;
  tracker.phase("load");
  tracker.progress({"image", 5, 1, 10, 20});
  tracker.line(std::string("bad \xff byte and \0 NUL", 21));
  const News news = tracker.take();
  ASSERT_EQ(news.events.size(), 2u);
  EXPECT_EQ(news.events[0].second, R"({"phase":"load"})");
  EXPECT_EQ(news.events[1].second.find('\0'), std::string::npos);
  EXPECT_EQ(
      *news.progress,
      R"({"phase":"load","tables":{"image":{"rows":5,"rejected":1,"bytes_read":10,"bytes_total":20}}})");
  EXPECT_TRUE(tracker.take().events.empty());
  EXPECT_FALSE(tracker.take().progress);
}

TEST(Tracker, IsBoundedAndSaysWhatItLeftOut) {
  Tracker tracker;
  for (int i = 0; i < 100'000; ++i) tracker.line("x");
  const News news = tracker.take();
  EXPECT_LT(news.events.size(), 6000u);
  EXPECT_NE(news.events.back().second.find("95000 events"), std::string::npos);
}

}  // namespace
}  // namespace slipway::jobs
