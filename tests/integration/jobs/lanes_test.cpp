// Promotions, rollbacks and prunings in the queue: beside builds, one of a target at a time, never cut short.
#include "tests/integration/jobs/fixture.hpp"

namespace slipway::jobs {
namespace {

NewJob swap_of(const std::string& kind, const std::string& target) {
  NewJob wanted;
  wanted.kind = kind;
  wanted.target = target;
  wanted.home = "/home/one";
  wanted.params = "{\"target\":\"" + target + "\"}";
  wanted.actor = "maria";
  wanted.origin = "test";
  return wanted;
}

class Lanes : public Jobs {};

TEST_F(Lanes, APromotionWaitsForNoBuildAndNoPruning) {
  queued("portal");
  ASSERT_TRUE(committed(session, swap_of("prune", "portal")));
  const auto promotion = committed(session, swap_of("promote", "portal"));
  ASSERT_TRUE(promotion && promotion->accepted);
  const auto claimed = [&](Lane lane) {
    const auto job = claim(session, "/home/one", this_worker(), lane);
    return job && *job ? (*job)->kind : "none";
  };
  EXPECT_EQ(claimed(Lane::promotion), "promote");
  EXPECT_EQ(claimed(Lane::promotion), "none");
  EXPECT_EQ(claimed(Lane::build), "ingest");
  EXPECT_EQ(claimed(Lane::prune), "prune");
}

TEST_F(Lanes, OneOfATargetAtATime) {
  const auto first = committed(session, swap_of("promote", "portal"));
  ASSERT_TRUE(first && first->accepted);
  const auto second = committed(session, swap_of("rollback", "portal"));
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_FALSE(second->accepted);
  EXPECT_EQ(second->job.id, first->job.id);
  EXPECT_NE(held_by(second->job).text().find("promotes the target portal"), std::string::npos);
  EXPECT_TRUE(committed(session, swap_of("promote", "other"))->accepted);
  EXPECT_TRUE(committed(session, swap_of("prune", "portal"))->accepted);
  EXPECT_FALSE(committed(session, swap_of("prune", "portal"))->accepted);
  EXPECT_TRUE(committed(session, build_of("portal"))->accepted);
}

TEST_F(Lanes, OneThatWaitsIsCancelledOneThatRunsIsNot) {
  const long long waiting = committed(session, swap_of("promote", "other"))->job.id;
  EXPECT_EQ(cancel(session, waiting, "maria", "test")->state, State::cancelled);
  const long long id = committed(session, swap_of("rollback", "portal"))->job.id;
  ASSERT_TRUE(*claim(session, "/home/one", this_worker(), Lane::promotion));
  const auto refused = cancel(session, id, "maria", "test");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::refused);
  EXPECT_EQ(read(id).state, State::running);
  EXPECT_FALSE(read(id).cancel_requested);
}

}  // namespace
}  // namespace slipway::jobs
