// What every engine keeps to, whatever its snapshots are made of: one suite for all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "swap/diff/diff.hpp"
#include "swap/promote/promote.hpp"
#include "swap/retention/prune.hpp"
#include "tests/support/schema_berth.hpp"

namespace slipway::swap {
namespace {

void expect_promoted(const Receipt& receipt) {
  EXPECT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
}

template <class B>
class EngineContract : public testing::Test {
 protected:
  // An attempt as a promoter begins it, up to the moment of the switch.
  Attempt ready_to_flip(Engine& engine, const std::string& from, const std::string& to) {
    test::must(engine.hold("maria"));
    Journal journal = test::must(engine.read_journal());
    Attempt attempt;
    attempt.epoch = ++journal.epoch;
    attempt.kind = "promote";
    attempt.from = from;
    attempt.to = to;
    attempt.lease = {boot_id(), this_process(), {}, epoch_ms(real_clock().now()) + 600'000};
    attempt.token = test::must(engine.name_token(attempt.epoch));
    journal.attempt = attempt;
    test::must(engine.write_journal(journal));
    test::must(engine.make_token(attempt));
    for (const EngineStep& step : engine.prepare(attempt)) test::must(step.act());
    for (const EngineStep& step : engine.close_live(attempt)) test::must(step.act());
    return attempt;
  }

  Journal switched(const Attempt& attempt) {
    Journal journal = test::must(berth_.engine()->read_journal());
    journal.attempt = attempt;
    journal.attempt->state = Step::switched;
    return journal;
  }

  SnapshotState state(const std::string& id) {
    const std::unique_ptr<Engine> engine = berth_.engine();
    const Journal journal = test::must(engine->read_journal());
    for (const Snapshot& one : test::must(snapshots_of(*engine, journal, test::must(engine->live()))))
      if (one.manifest.id == id) return one.state;
    ADD_FAILURE() << "no snapshot " << id;
    return SnapshotState::bad;
  }

  B berth_;
};

using Berths = testing::Types<test::VolumeBerth, test::DatabaseBerth, test::SchemaBerth>;
TYPED_TEST_SUITE(EngineContract, Berths);

TYPED_TEST(EngineContract, NothingIsLiveBeforeTheFirstPromotion) {
  const std::unique_ptr<Engine> engine = this->berth_.engine();
  const Result<std::string> live = engine->live();
  ASSERT_TRUE(live) << live.error().text();
  EXPECT_EQ(*live, "");
  EXPECT_TRUE(engine->manifests()->empty());
  EXPECT_EQ(engine->read_journal()->epoch, 0);
}

TYPED_TEST(EngineContract, FromTheFirstBuildToThePrune) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build();
  EXPECT_EQ(this->state(first), SnapshotState::ready);
  const Receipt once = berth.promote();
  ASSERT_EQ(once.outcome, Outcome::promoted) << once.reason;
  EXPECT_EQ(berth.seen(), first);
  const std::string second = berth.build(), third = berth.build();
  expect_promoted(berth.promote(second));
  EXPECT_EQ(berth.seen(), second);
  EXPECT_EQ(this->state(first), SnapshotState::retired);
  ASSERT_EQ(berth.promote(third).outcome, Outcome::promoted);
  ASSERT_EQ(berth.roll_back().outcome, Outcome::promoted);
  EXPECT_EQ(berth.seen(), second);
  ASSERT_EQ(berth.roll_back().outcome, Outcome::promoted);
  EXPECT_EQ(berth.seen(), first);
  EXPECT_EQ(berth.roll_back().outcome, Outcome::refused);
  EXPECT_EQ(berth.promote(first).outcome, Outcome::unchanged);
  EXPECT_EQ(berth.engine()->manifests()->size(), 3u);
  EXPECT_EQ(berth.engine()->receipts()->size(), 5u);
}

TYPED_TEST(EngineContract, WhatIsBuriedAndRemovedIsGone) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build(), second = berth.build();
  ASSERT_EQ(berth.promote(first).outcome, Outcome::promoted);
  expect_promoted(berth.promote(second));
  const std::unique_ptr<Engine> engine = berth.engine();
  test::must(engine->hold("test"));
  EXPECT_FALSE(engine->bury(second)) << "it is live";
  test::must(engine->bury(first));
  engine->release();
  EXPECT_EQ(engine->manifests()->size(), 1u);
  test::must(engine->remove_buried());
  test::must(engine->remove_buried());
  EXPECT_FALSE(berth.anything_left_of(first));
  EXPECT_EQ(berth.seen(), second);
}

TYPED_TEST(EngineContract, AFrozenSnapshotLetsNobodyIn) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build();
  EXPECT_FALSE(berth.readable(first));
  ASSERT_EQ(berth.promote(first).outcome, Outcome::promoted);
  const std::string second = berth.build();
  expect_promoted(berth.promote(second));
  EXPECT_FALSE(berth.readable(first));
}

TYPED_TEST(EngineContract, WhatSlipwayDidNotMakeIsNotLive) {
  const std::string id = this->berth_.build();
  this->berth_.put_something_foreign();
  const Result<std::string> live = this->berth_.engine()->live();
  ASSERT_FALSE(live);
  EXPECT_FALSE(live.error().next_step().empty());
  EXPECT_NE(this->berth_.promote(id).outcome, Outcome::promoted);
}

TYPED_TEST(EngineContract, AFrozenSnapshotIsComparedWithLiveAndLiesFrozenAgain) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build(100);
  ASSERT_EQ(berth.promote(first).outcome, Outcome::promoted);
  const std::string second = berth.build(120);
  const Result<nlohmann::json> found = diff(berth.context(), {"", "", "maria"});
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->at("from"), first);
  EXPECT_EQ(found->at("to"), second);
  ASSERT_EQ(found->at("tables").size(), 1U);
  EXPECT_EQ(found->at("tables")[0].at("live"), 100);
  EXPECT_EQ(found->at("tables")[0].at("candidate"), 120);
  EXPECT_FALSE(berth.readable(second));
  EXPECT_EQ(berth.seen(), first);
}

// F16: what was checked is what is promoted.
TYPED_TEST(EngineContract, WhatWasWrittenToSinceItWasFinishedIsRefused) {
  struct Case {
    const char* sql;
    const char* said;  // empty: that is no change
  };
  const std::vector<Case> cases = {
      {"delete from cargo where n = 7", "cargo: 100 rows then, 99 now"},
      {"update cargo set snapshot = snapshot where n = 7", "cargo: its rows were written to"},
      {"truncate cargo; insert into cargo select n, 'other' from generate_series(1, 100) n",
       "cargo: its rows were written to"},
      {"create table more (n int)", "more: it was not there"},
      {"vacuum (full, freeze) cargo", ""},
  };
  test::Berth& berth = this->berth_;
  ASSERT_EQ(berth.promote(berth.build()).outcome, Outcome::promoted);
  for (const Case& one : cases) {
    const std::string id = berth.build();
    {
      const std::unique_ptr<Engine> engine = berth.engine();
      test::must(engine->hold("maria"));
      test::must(engine->thaw(id));
      const Place place = test::must(engine->place(id));
      test::must(test::must(enter(berth.context().seams, place)).script(one.sql));
      test::must(engine->freeze(id));
    }
    const Receipt receipt = berth.promote(id);
    if (!*one.said) {
      expect_promoted(receipt);
      continue;
    }
    EXPECT_EQ(receipt.outcome, Outcome::refused) << one.sql;
    EXPECT_NE(receipt.reason.find("frozen (changed since it was finished: table "), std::string::npos)
        << receipt.reason;
    EXPECT_NE(receipt.reason.find(one.said), std::string::npos) << receipt.reason;
    EXPECT_NE(berth.live(), id);
  }
}

TYPED_TEST(EngineContract, IdsOnlyGoUpAndDiscardedOnesCount) {
  const std::unique_ptr<Engine> engine = this->berth_.engine();
  std::string last;
  for (int build = 0; build < 3; ++build) {
    Build one = this->berth_.begin(*engine);
    EXPECT_GT(one.manifest.id, last);
    last = one.manifest.id;
    test::must(engine->discard(one, "not wanted"));
    EXPECT_FALSE(this->berth_.anything_left_of(last));
  }
  EXPECT_EQ(test::must(engine->manifest(last)).failure, "not wanted");
  EXPECT_EQ(this->state(last), SnapshotState::failed);
}

TYPED_TEST(EngineContract, ABuildWhoseBuilderIsGoneIsDiscardedAndNoOther) {
  const std::unique_ptr<Engine> engine = this->berth_.engine();
  Build dead = this->berth_.begin(*engine), alive = this->berth_.begin(*engine);
  dead.held.reset();
  test::must(this->berth_.engine()->discard_dead_builds());
  EXPECT_FALSE(this->berth_.anything_left_of(dead.manifest.id));
  EXPECT_EQ(this->state(dead.manifest.id), SnapshotState::failed);
  test::must(engine->finish(alive));
  EXPECT_EQ(this->state(alive.manifest.id), SnapshotState::ready);
}

TYPED_TEST(EngineContract, ASecondPromoterIsToldWhoHoldsIt) {
  this->berth_.build();
  const std::unique_ptr<Engine> first = this->berth_.engine(), second = this->berth_.engine();
  test::must(first->hold("maria"));
  const Done held = second->hold("peter");
  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().kind(), Kind::busy);
  EXPECT_NE(held.error().what().find("maria"), std::string::npos) << held.error().text();
  EXPECT_EQ(this->berth_.promote().outcome, Outcome::busy);
  first->release();
  EXPECT_EQ(this->berth_.promote().outcome, Outcome::promoted);
}

TYPED_TEST(EngineContract, ARevokedTokenFlipsNothing) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build(), second = berth.build();
  ASSERT_EQ(berth.promote(first).outcome, Outcome::promoted);
  const std::unique_ptr<Engine> engine = berth.engine();
  const Attempt attempt = this->ready_to_flip(*engine, first, second);
  test::must(berth.engine()->revoke(attempt));
  EXPECT_FALSE(engine->flip(attempt, this->switched(attempt)));
  EXPECT_EQ(berth.live(), first);
  engine->release();
  const Result<std::optional<Receipt>> recovered = recover(berth.context(), "test");
  ASSERT_TRUE(recovered) << recovered.error().text();
  EXPECT_EQ((*recovered)->outcome, Outcome::aborted) << (*recovered)->reason;
  EXPECT_EQ(berth.seen(), first);
  EXPECT_FALSE(berth.readable(second));
  expect_promoted(berth.promote(second));
}

TYPED_TEST(EngineContract, AFlippedTokenRevokedLeavesItSwitched) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build(), second = berth.build();
  ASSERT_EQ(berth.promote(first).outcome, Outcome::promoted);
  {
    const std::unique_ptr<Engine> engine = berth.engine();
    const Attempt attempt = this->ready_to_flip(*engine, first, second);
    test::must(engine->flip(attempt, this->switched(attempt)));
    test::must(berth.engine()->revoke(attempt));
    EXPECT_EQ(berth.live(), second);
    if (berth.journal_is_in_the_switch()) {
      EXPECT_EQ(berth.engine()->read_journal()->attempt->state, Step::switched);
    }
  }
  const Result<std::optional<Receipt>> recovered = recover(berth.context(), "test");
  ASSERT_TRUE(recovered) << recovered.error().text();
  EXPECT_EQ((*recovered)->outcome, Outcome::promoted) << (*recovered)->reason;
  EXPECT_EQ(berth.seen(), second);
  EXPECT_FALSE(berth.readable(first));
}

TYPED_TEST(EngineContract, TheFirstPromotionCanBeTakenBackToNothing) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build();
  const std::unique_ptr<Engine> engine = berth.engine();
  const Attempt attempt = this->ready_to_flip(*engine, "", first);
  test::must(engine->flip(attempt, this->switched(attempt)));
  test::must(engine->unlink(attempt));
  test::must(engine->unlink(attempt));
  test::must(engine->freeze(first));
  EXPECT_EQ(berth.live(), "");
  EXPECT_FALSE(berth.readable(first));
}

TYPED_TEST(EngineContract, WhatIsUndoneTwiceIsUndone) {
  test::Berth& berth = this->berth_;
  const std::string first = berth.build(), second = berth.build();
  ASSERT_EQ(berth.promote(first).outcome, Outcome::promoted);
  const std::unique_ptr<Engine> engine = berth.engine();
  const Attempt attempt = this->ready_to_flip(*engine, first, second);
  for (int time = 0; time < 2; ++time) {
    test::must(engine->revoke(attempt));
    test::must(engine->reopen_live(attempt));
    test::must(engine->freeze(second));
  }
  EXPECT_EQ(berth.seen(), first);
  EXPECT_FALSE(berth.readable(second));
  engine->release();
  EXPECT_EQ(test::must(recover(berth.context(), "test"))->outcome, Outcome::aborted);
}

}  // namespace
}  // namespace slipway::swap
