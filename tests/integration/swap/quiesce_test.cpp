// Promotions of a volume target that hold more than the front door still: poolers of somebody else's,
// commands, hooks.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "swap/promote/preview.hpp"
#include "tests/support/harbour.hpp"
#include "tests/support/pgbouncer.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::Harbour;
using test::must;
using testing::HasSubstr;

// A PgBouncer of somebody else's before the snapshots of a harbour; its port is known before the harbour is.
class Outside {
 public:
  Outside() : port_(test::free_port()) {}

  std::string step() const {
    return fmt::format("{{pgbouncer: {{admin: \"host=127.0.0.1 port={} user=admin dbname=pgbouncer\"}}}}",
                       port_);
  }
  void open_before(const Harbour& harbour) {
    const swap::Pooler pooler = swap::pooler_of(harbour.home(), harbour.target());
    test::PgBouncerPlan plan;
    plan.port = port_;
    plan.server = fmt::format("host={} port={} user=portal_read dbname=portal", pooler.door_link.string(),
                              swap::socket_port);
    process_ = std::make_unique<test::PgBouncerProcess>(plan);
  }
  void kill() { process_->kill(); }

  // Which snapshot a client sees here; throws where it is not served.
  std::string seen() const {
    pg::Session session = must(pg::Session::open(process_->door()));
    return must(session.query("select distinct snapshot from cargo")).string(0, 0);
  }
  pg::Session client() const { return must(pg::Session::open(process_->door())); }

 private:
  int port_;
  std::unique_ptr<test::PgBouncerProcess> process_;
};

// A folder of scripts that every user may enter.
class Scripts {
 public:
  Scripts() { ::chmod(folder_.path().c_str(), 0755); }
  std::string write(const std::string& name, const std::string& body) {
    std::ofstream(folder_ / name) << "#!/bin/sh\ncd " << folder_.path().string() << "\n" << body << "\n";
    ::chmod((folder_ / name).c_str(), 0755);
    return (folder_ / name).string();
  }
  std::string content(const std::string& name) const {
    std::ifstream file(folder_.path() / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  Folder folder_;
};

std::vector<std::string> steps_of(const swap::Receipt& receipt, const std::string& beginning) {
  std::vector<std::string> names;
  for (const swap::JournalStep& step : receipt.steps)
    if (step.step.starts_with(beginning)) names.push_back(step.step);
  return names;
}

TEST(Quiesce, HoldsAPoolerOfSomebodyElsesTooAndLetsGoInReverse) {
  Outside outside;
  Harbour harbour(", quiesce: [" + outside.step() + "]");
  outside.open_before(harbour);
  const std::string first = harbour.build();
  const swap::Receipt one = harbour.promote();
  ASSERT_EQ(one.outcome, Outcome::promoted) << one.reason;
  const std::string second = harbour.build();
  swap::Order order;
  const nlohmann::json plan = must(swap::preview(harbour.context(), order));
  const swap::Receipt two = harbour.promote();
  ASSERT_EQ(two.outcome, Outcome::promoted) << two.reason;
  EXPECT_THAT(steps_of(two, "pause:"), testing::ElementsAre("pause:front_door", "pause:pgbouncer:portal"));
  EXPECT_THAT(steps_of(two, "resume:"), testing::ElementsAre("resume:pgbouncer:portal", "resume:front_door"));
  std::vector<std::string> names;
  for (const swap::JournalStep& step : two.steps) names.push_back(step.step);
  EXPECT_EQ(plan.at("steps").get<std::vector<std::string>>(), names);
  EXPECT_EQ(outside.seen(), second);
  EXPECT_EQ(harbour.seen(), second);
  EXPECT_EQ(harbour.roll_back().outcome, Outcome::promoted);
  EXPECT_EQ(outside.seen(), first);
}

TEST(Quiesce, HoldsNobodyWhereOneOfTwoPoolersIsDead) {
  Outside good, dead;
  Harbour harbour(", quiesce: [" + good.step() + ", " + dead.step() + "]");
  good.open_before(harbour);
  dead.open_before(harbour);
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  harbour.build();
  dead.kill();
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted) << receipt.reason;
  EXPECT_THAT(receipt.reason, HasSubstr("pgbouncer:portal#2"));
  EXPECT_TRUE(steps_of(receipt, "pause:").empty());
  EXPECT_EQ(good.seen(), first);
  EXPECT_EQ(harbour.seen(), first);
}

TEST(Quiesce, LetsEverybodyGoWhereATransactionStays) {
  Outside outside;
  Harbour harbour(", deadline: 6s, quiesce: [" + outside.step() + "]");
  outside.open_before(harbour);
  const std::string first = harbour.build();
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  harbour.build();
  pg::Session stays = outside.client();
  must(stays.script("begin; select 1"));
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted) << receipt.reason;
  EXPECT_THAT(receipt.reason, HasSubstr("these clients stay: client@127.0.0.1:"));
  EXPECT_THAT(steps_of(receipt, "resume:"), testing::ElementsAre("resume:front_door"));
  EXPECT_EQ(outside.seen(), first);
  EXPECT_EQ(harbour.seen(), first);
}

// F14
TEST(Quiesce, EndsACommandThatHangsForksAndIgnoresTermAndLetsEverybodyGo) {
  Scripts scripts;
  const std::string pause = scripts.write(
      "pause.sh",
      "echo paused >>log\ntrap '' TERM\n(trap '' TERM; sleep 3600; sleep 3600) &\nsleep 3600\nsleep 3600");
  const std::string resume = scripts.write("resume.sh", "echo resumed >>log");
  Harbour harbour(fmt::format(
      ", deadline: 12s, quiesce: [{{command: {{pause: [{}], resume: [{}], timeout: 1s}}}}]", pause, resume));
  harbour.build();
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted) << receipt.reason;
  EXPECT_THAT(receipt.reason, HasSubstr("was killed"));
  EXPECT_EQ(scripts.content("log"), "paused\nresumed\n");
  EXPECT_EQ(harbour.live(), "");
}

// F15
TEST(Quiesce, AResumeThatFailsAfterTheSwitchNeedsAnOperatorAndIsRecovered) {
  Scripts scripts;
  const std::string pause = scripts.write("pause.sh", "echo paused >>log");
  const std::string resume = scripts.write("resume.sh", "test -f mended && echo resumed >>log");
  Harbour harbour(fmt::format(", quiesce: [{{command: {{pause: [{}], resume: [{}]}}}}]", pause, resume));
  const std::string first = harbour.build();
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::needs_operator) << receipt.reason;
  // The front door is open all the same, to the new snapshot.
  EXPECT_EQ(harbour.seen(), first);
  EXPECT_EQ(harbour.promote().outcome, Outcome::needs_operator);
  scripts.write("mended", "");
  const auto recovered = must(swap::recover(harbour.context(), "test"));
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->outcome, Outcome::promoted) << recovered->reason;
  EXPECT_EQ(scripts.content("log"), "paused\nresumed\n");
}

TEST(Hooks, RunAroundAPromotion) {
  Scripts scripts;
  const std::string tell =
      scripts.write("tell.sh", "echo $SLIPWAY_HOOK $SLIPWAY_TARGET $SLIPWAY_OUTCOME >>log; echo told");
  Harbour harbour(fmt::format(", hooks: {{before: [[{0}]], after: [[{0}]], failed: [[{0}]]}}", tell));
  harbour.build();
  const swap::Receipt receipt = harbour.promote();
  ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  EXPECT_EQ(scripts.content("log"), "before portal\nafter portal promoted\n");
  ASSERT_EQ(receipt.hooks.size(), 2u);
  EXPECT_EQ(receipt.hooks[1].detail, "told");
  EXPECT_EQ(steps_of(receipt, "hooks:").size(), 1u);
}

TEST(Hooks, BeforeAbortsAndFailedIsToldAndMayItselfFail) {
  Scripts scripts;
  const std::string no = scripts.write("no.sh", "echo not today; exit 1");
  const std::string tell = scripts.write("tell.sh", "echo $SLIPWAY_HOOK $SLIPWAY_OUTCOME >>log; exit 2");
  Harbour harbour(fmt::format(", hooks: {{before: [[{}]], failed: [[{}]]}}", no, tell));
  harbour.build();
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_THAT(receipt.reason, HasSubstr("not today"));
  EXPECT_EQ(scripts.content("log"), "failed aborted\n");
  EXPECT_THAT(receipt.warnings, testing::ElementsAre(HasSubstr("tell.sh")));
  EXPECT_EQ(harbour.live(), "");
}

TEST(Hooks, ThatHangDoNotUndoAPromotion) {
  Scripts scripts;
  const std::string hang = scripts.write("hang.sh", "trap '' TERM\nsleep 3600\nsleep 3600");
  Harbour harbour(fmt::format(", hooks: {{after: [{{run: [{}], timeout: 1s}}]}}", hang));
  const std::string first = harbour.build();
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  EXPECT_THAT(receipt.warnings, testing::ElementsAre(HasSubstr("was killed")));
  EXPECT_EQ(harbour.seen(), first);
}

}  // namespace
}  // namespace slipway
