// What every quiescer promises, held against each of them.
#include <gtest/gtest.h>

#include "tests/contract/swap/rig.hpp"
#include "tests/support/must.hpp"

namespace slipway {
namespace {

using test::must;

constexpr Millis generous{60'000};

struct Adapter {
  const char* name;
  test::MakeRig make;
};

class Quiescer : public testing::TestWithParam<Adapter> {
 protected:
  std::unique_ptr<test::Rig> rig_ = GetParam().make();
};

TEST_P(Quiescer, HoldsAndLetsGo) {
  const auto quiescer = rig_->quiescer();
  EXPECT_EQ(must(quiescer->look()).size(), 0u);
  EXPECT_FALSE(rig_->is_held());
  const std::string memo = must(quiescer->remember());
  EXPECT_EQ(memo.find('\n'), std::string::npos);
  must(quiescer->pause(memo, generous));
  EXPECT_TRUE(rig_->is_held());
  must(quiescer->resume(memo, generous));
  EXPECT_FALSE(rig_->is_held());
}

TEST_P(Quiescer, ResumesWhatIsNotHeld) {
  const auto quiescer = rig_->quiescer();
  const std::string memo = must(quiescer->remember());
  must(quiescer->resume(memo, generous));
  EXPECT_FALSE(rig_->is_held());
  must(quiescer->pause(memo, generous));
  must(quiescer->resume(memo, generous));
  must(quiescer->resume(memo, generous));
  EXPECT_FALSE(rig_->is_held());
}

TEST_P(Quiescer, IsResumedByAnotherThatHasOnlyTheMemo) {
  std::string memo;
  {
    const auto first = rig_->quiescer();
    memo = must(first->remember());
    must(first->pause(memo, generous));
  }
  EXPECT_TRUE(rig_->is_held());
  const auto second = rig_->quiescer();
  must(second->resume(memo, generous));
  EXPECT_FALSE(rig_->is_held());
}

TEST_P(Quiescer, HoldsNothingWhenItCannotBePausedInTime) {
  const auto quiescer = rig_->quiescer();
  const std::string memo = must(quiescer->remember());
  rig_->obstruct();
  const Done paused = quiescer->pause(memo, Millis(20'000));
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().kind(), Kind::failed) << paused.error().text();
  EXPECT_FALSE(rig_->is_held());
}

TEST_P(Quiescer, SaysWhatIsMissing) {
  const auto looked = rig_->missing()->look();
  ASSERT_FALSE(looked);
  EXPECT_FALSE(looked.error().summary().empty());
}

TEST_P(Quiescer, HasTheSameNameInEveryProcess) {
  EXPECT_EQ(rig_->quiescer()->name(), rig_->quiescer()->name());
  EXPECT_FALSE(rig_->quiescer()->name().empty());
}

INSTANTIATE_TEST_SUITE_P(Each, Quiescer,
                         testing::Values(Adapter{"ManagedPooler", test::managed_pooler_rig},
                                         Adapter{"PgBouncer", test::pgbouncer_rig},
                                         Adapter{"TwoDatabases", test::two_databases_rig},
                                         Adapter{"Systemd", test::systemd_rig},
                                         Adapter{"Kubernetes", test::kubernetes_rig},
                                         Adapter{"Http", test::http_rig},
                                         Adapter{"Command", test::command_rig}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace slipway
