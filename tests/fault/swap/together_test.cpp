// Two at work on one target (F9), and incidents that other portals really had (SYSTEMS.md), each by its name.
#include <signal.h>

#include "swap/retention/prune.hpp"
#include "swap/structure/read_shape.hpp"
#include "tests/fault/swap/trial.hpp"
#include "tests/support/acting_files.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::must;
using test::Trial;

TEST(Together, F9TheSecondPromoterGetsBusyWithTheHoldersName) {
  Trial trial;
  const pid_t child = ::fork();
  if (child == 0) {
    test::ActingFiles files(test::begun("check_candidate"), [] { ::kill(::getpid(), SIGSTOP); });
    const swap::Context context{
        {files, real_clock(), real_processes()}, trial.harbour.home(), trial.harbour.target()};
    ::_exit(swap::promote(context, test::order_to(trial.two)).outcome == Outcome::promoted ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, WUNTRACED), child);
  ASSERT_TRUE(WIFSTOPPED(status));
  const std::string holder = fmt::format("process {} (test)", child);
  const swap::Receipt second = trial.harbour.promote(trial.two);
  EXPECT_EQ(second.outcome, Outcome::busy);
  EXPECT_NE(second.reason.find(holder), std::string::npos) << second.reason;
  EXPECT_EQ(trial.harbour.roll_back().outcome, Outcome::busy);
  const auto pruned = swap::prune(trial.harbour.context(), swap::Prune::remove, "test");
  EXPECT_EQ(pruned.error().kind(), Kind::busy);
  const auto recovered = swap::recover(trial.harbour.context(), "test");
  EXPECT_EQ(recovered.error().kind(), Kind::busy);
  EXPECT_EQ(trial.harbour.seen(), trial.one);
  ::kill(child, SIGCONT);
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "the first one is not disturbed";
  EXPECT_EQ(trial.harbour.seen(), trial.two);
}

// NMDC: the second `ln -sf` made the link inside the old snapshot, and production did not move.
TEST(Incidents, TwoPromotionsInARowBothMoveCurrent) {
  Trial trial;
  ASSERT_EQ(trial.harbour.promote(trial.two).outcome, Outcome::promoted);
  EXPECT_EQ(trial.harbour.seen(), trial.two);
  const std::string three = trial.harbour.build();
  ASSERT_EQ(trial.harbour.promote().outcome, Outcome::promoted);
  EXPECT_EQ(trial.harbour.seen(), three);
  for (const std::string& id : {trial.one, trial.two, three})
    for (const auto& entry : std::filesystem::directory_iterator(trial.harbour.volume().names().snapshot(id)))
      EXPECT_NE(entry.path().filename(), "current") << "a link inside a snapshot";
}

// NMDC: a secret reverted by itself, and pods that restarted served stale data (#1035).
TEST(Incidents, RestartingEverythingCannotReattachTheOldCopy) {
  Trial trial;
  ASSERT_EQ(trial.harbour.promote(trial.two).outcome, Outcome::promoted);
  const swap::Pooler pooler = swap::pooler_of(trial.harbour.home(), trial.harbour.target());
  must(send_signal(*test::must(swap::running(pooler)), SIGKILL));
  must(send_signal(*must(swap::find_server(real_seams(), trial.harbour.volume().cluster(trial.two))),
                   SIGKILL));
  must(swap::servers_up(real_seams(), trial.harbour.config(), trial.harbour.home()));
  EXPECT_EQ(trial.harbour.seen(), trial.two);
  must(swap::servers_down(real_seams(), trial.harbour.config(), trial.harbour.home()));
  must(swap::servers_up(real_seams(), trial.harbour.config(), trial.harbour.home()));
  EXPECT_EQ(trial.harbour.seen(), trial.two);
  EXPECT_FALSE(must(swap::find_server(real_seams(), trial.harbour.volume().cluster(trial.one))));
}

// NMDC: staging and production could name the same database, so the next ingest truncated live.
TEST(Incidents, ACopyOfLiveUnderAnotherNameIsNoCandidate) {
  Trial trial;
  const swap::Volume volume = trial.harbour.volume();
  std::filesystem::remove_all(volume.cluster(trial.two).data);
  std::filesystem::copy(volume.cluster(trial.one).data, volume.cluster(trial.two).data,
                        std::filesystem::copy_options::recursive);
  std::filesystem::permissions(volume.cluster(trial.two).data, std::filesystem::perms::owner_all);
  const swap::Receipt receipt = trial.harbour.promote(trial.two);
  EXPECT_NE(receipt.outcome, Outcome::promoted);
  EXPECT_NE(receipt.reason.find("is snapshot " + trial.one), std::string::npos) << receipt.reason;
  EXPECT_EQ(trial.harbour.seen(), trial.one);
}

// Openverse: constraints that a failed promotion had stripped were then copied as the truth (#4916).
TEST(Incidents, AFailedPromotionLeavesTheShapeOfBothAsItWas) {
  test::Harbour harbour(", carry: [users], verify_timeout: 5s");
  const char* const tables =
      "create table users (id bigint generated always as identity primary key, name text unique check (name "
      "<> ''));"
      "create table note (id int primary key, author bigint references users, at timestamptz not null "
      "default now());"
      "create index on note (author); comment on table users is 'people'; "
      "create function now_at() returns trigger language plpgsql as 'begin new.at = now(); return new; end';"
      "create trigger touched before update on note for each row execute function now_at();"
      "grant select, insert on users, note to portal";
  const auto shape = [&](const std::string& id) {
    pg::Session session = harbour.inside(id);
    return to_json(must(swap::read_shape(session, ""))).dump(1);
  };
  const std::string one = harbour.build(10, tables), two = harbour.build(10, tables);
  ASSERT_EQ(harbour.promote(one).outcome, Outcome::promoted);
  ASSERT_TRUE(harbour.inside(one).script("insert into users (name) values ('maria')"));
  swap::Volume volume = harbour.volume();
  const auto frozen_shape = [&](const std::string& id) {
    must(volume.thaw(id));
    const std::string text = shape(id);
    must(volume.freeze(id));
    return text;
  };
  const std::string before_one = shape(one), before_two = frozen_shape(two);
  // The token is gone when its turn comes: everything but the switch has happened.
  test::ActingFiles files(test::begun("switch"), [&] {
    for (const auto& entry : std::filesystem::directory_iterator(volume.names().folder))
      if (entry.path().filename().string().starts_with(".current.")) must(real_files().remove(entry.path()));
  });
  const swap::Context context{{files, real_clock(), real_processes()}, harbour.home(), harbour.target()};
  const swap::Receipt failed = swap::promote(context, test::order_to(two));
  EXPECT_EQ(failed.outcome, Outcome::aborted) << failed.reason;
  EXPECT_GT(failed.pause_ms, 0);
  EXPECT_EQ(shape(one), before_one);
  EXPECT_EQ(frozen_shape(two), before_two);
  const swap::Receipt receipt = harbour.promote(two);
  EXPECT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
}

}  // namespace
}  // namespace slipway
