// What lies on disk was moved, damaged or written by another version (F12, F13, F18, F20, F22): it is refused
// with the reason before anybody is held, nothing is changed, and clients are served all the while.
#include <signal.h>

#include <fstream>

#include "base/digest.hpp"
#include "swap/commands/view.hpp"
#include "swap/sealed.hpp"
#include "tests/fault/swap/trial.hpp"
#include "tests/support/acting_files.hpp"

namespace slipway {
namespace {

namespace fs = std::filesystem;
using test::Ending;
using test::must;
using test::Trial;

class Damaged : public testing::Test {
 protected:
  swap::Volume volume() const { return trial_.harbour.volume(); }
  Path current() const { return volume().names().current(); }
  void point_current_at(const std::string& goal) const {
    const Path temporary = volume().names().folder / "by-hand";
    must(real_files().symlink(goal, temporary));
    must(real_files().rename(temporary, current()));
  }
  // Not promoted, and for that reason; what was live still is, and nobody was held for it.
  void expect_refused(const swap::Receipt& receipt, const std::string& reason) const {
    EXPECT_NE(receipt.outcome, swap::Outcome::promoted);
    EXPECT_NE(receipt.outcome, swap::Outcome::unchanged);
    EXPECT_NE(receipt.reason.find(reason), std::string::npos) << receipt.reason;
    EXPECT_EQ(receipt.pause_ms, 0);
  }
  void expect_served_by(const std::string& id) const {
    EXPECT_EQ(trial_.harbour.live(), id);
    EXPECT_EQ(trial_.harbour.seen(), id);
  }

  Trial trial_;
  const std::string one_ = trial_.one, two_ = trial_.two;
};

TEST_F(Damaged, F12CurrentIsDangling) {
  point_current_at("snapshots/20200101T000000Z");
  expect_refused(trial_.harbour.promote(), "which is not there");
  EXPECT_EQ(*must(real_files().read_link(current())), "snapshots/20200101T000000Z");
  point_current_at(swap::current_text(one_));
  expect_served_by(one_);
}

TEST_F(Damaged, F12CurrentLeadsOutOfTheTarget) {
  point_current_at("/tmp");
  expect_refused(trial_.harbour.promote(), "no snapshot of ours");
  EXPECT_EQ(*must(real_files().read_link(current())), "/tmp");
  point_current_at(swap::current_text(one_));
  expect_served_by(one_);
}

TEST_F(Damaged, F12CurrentIsReplacedByAFolderWhileClientsAreHeld) {
  const Ending ending = trial_.apart([&] {
    test::ActingFiles files(test::begun("switch"), [&] {
      must(real_files().remove(current()));
      must(real_files().make_folders(current() / "somebody's"));
    });
    const swap::Context context{
        {files, real_clock(), real_processes()}, trial_.harbour.home(), trial_.harbour.target()};
    return test::said(swap::promote(context, test::order_to(two_)));
  });
  EXPECT_EQ(ending.outcome, "needs_operator") << ending.reason;
  EXPECT_TRUE(fs::is_directory(current() / "somebody's")) << "somebody's folder was removed";
  trial_.wait_for_watchdog();
  EXPECT_TRUE(trial_.journal().attempt->paused.empty()) << "clients are held";
  fs::rename(current(), volume().names().folder / "put-away");
  point_current_at(swap::current_text(one_));
  trial_.settle_and_go_on();
}

// Somebody moves the link by hand while a promotion is at it: the promotion steps back.
TEST_F(Damaged, F12CurrentIsMovedByHandMeanwhile) {
  const std::string three = trial_.harbour.build();
  const Ending ending = trial_.apart([&] {
    test::ActingFiles files(test::begun("switch"), [&] { point_current_at(swap::current_text(three)); });
    const swap::Context context{
        {files, real_clock(), real_processes()}, trial_.harbour.home(), trial_.harbour.target()};
    return test::said(swap::promote(context, test::order_to(two_)));
  });
  EXPECT_EQ(ending.outcome, "aborted") << ending.reason;
  EXPECT_NE(ending.reason.find(three), std::string::npos) << ending.reason;
  EXPECT_EQ(trial_.harbour.live(), three);
  point_current_at(swap::current_text(one_));
  must(volume().serve());
  trial_.settle_and_go_on();
}

TEST_F(Damaged, F13TheCandidateDoesNotStart) {
  must(real_files().remove(volume().cluster(two_).data / "global/pg_control"));
  expect_refused(trial_.harbour.promote(), "ended while starting");
  expect_served_by(one_);
}

TEST_F(Damaged, F13TheCandidateIsOfAnotherVersion) {
  must(real_files().write(volume().cluster(two_).data / "PG_VERSION", "9.6\n", 0600));
  expect_refused(trial_.harbour.promote(), "ended while starting");
  expect_served_by(one_);
}

TEST_F(Damaged, F13TheCandidateIsAnotherSystem) {
  // The data of a third snapshot under the name of the second.
  const std::string three = trial_.harbour.build();
  fs::remove_all(volume().cluster(two_).data);
  fs::rename(volume().cluster(three).data, volume().cluster(two_).data);
  expect_refused(trial_.harbour.promote(two_), "is snapshot " + three);
  expect_served_by(one_);
}

TEST_F(Damaged, F18TheRollbackTargetIsRemoved) {
  ASSERT_EQ(trial_.harbour.promote().outcome, swap::Outcome::promoted);
  fs::remove_all(volume().names().snapshot(one_));
  expect_refused(trial_.harbour.roll_back(), one_);
  expect_served_by(two_);
}

TEST_F(Damaged, F18TheRollbackTargetIsDamaged) {
  ASSERT_EQ(trial_.harbour.promote().outcome, swap::Outcome::promoted);
  fs::resize_file(volume().cluster(one_).data / "global/pg_control", 100);
  expect_refused(trial_.harbour.roll_back(), "ended while starting");
  expect_served_by(two_);
}

// Every text but the right one is refused, or says the same (other white space, an older format).
template <class Read>
int spoil_byte_by_byte(const Path& path, const Read& read, const std::string& good) {
  const std::string text = must(real_files().read(path));
  int faults = 0;
  const auto check = [&](const std::string& spoiled, std::size_t at) {
    std::ofstream(path, std::ios::binary) << spoiled;
    const std::optional<std::string> seen = read();
    EXPECT_TRUE(!seen || *seen == good) << "byte " << at << " of " << path;
    ++faults;
  };
  for (std::size_t at = 0; at < text.size() && !testing::Test::HasFailure(); ++at) {
    check(text.substr(0, at), at);
    std::string other = text;
    other[at] = static_cast<char>(other[at] ^ (1 << at % 7));
    check(other, at);
  }
  must(real_files().write(path, text, 0640));
  return faults;
}

TEST_F(Damaged, F20TheJournalIsTruncatedOrAlteredAnywhere) {
  const auto read = [&]() -> std::optional<std::string> {
    const Result<swap::Journal> journal = volume().read_journal();
    if (!journal) return std::nullopt;
    return swap::journal_text(*journal);
  };
  const int faults = spoil_byte_by_byte(volume().names().journal(), read, *read());
  std::printf("%d faults injected\n", faults);
}

TEST_F(Damaged, F20AManifestIsTruncatedOrAlteredAnywhere) {
  const auto read = [&]() -> std::optional<std::string> {
    const Result<swap::Manifest> manifest = volume().manifest(two_);
    if (!manifest) return std::nullopt;
    return swap::manifest_text(*manifest);
  };
  const Path path = swap::snapshot_names(volume().names(), two_).manifest();
  const int faults = spoil_byte_by_byte(path, read, *read());
  std::printf("%d faults injected\n", faults);
}

TEST_F(Damaged, F20ADamagedJournalIsRefusedWithGuidance) {
  const Path path = volume().names().journal();
  const std::string text = must(real_files().read(path));
  must(real_files().write(path, text.substr(0, text.size() / 2), 0640));
  const swap::Receipt receipt = trial_.harbour.promote();
  expect_refused(receipt, "is damaged");
  EXPECT_NE(receipt.next.find("backup"), std::string::npos) << receipt.next;
  EXPECT_FALSE(swap::recover(trial_.harbour.context(), "test"));
  EXPECT_EQ(must(real_files().read(path)), text.substr(0, text.size() / 2)) << "it was written over";
  expect_served_by(one_);
  must(real_files().write(path, text, 0640));
  EXPECT_EQ(trial_.harbour.promote().outcome, swap::Outcome::promoted);
}

TEST_F(Damaged, F20ADamagedManifestIsRefusedWithGuidance) {
  const Path path = swap::snapshot_names(volume().names(), two_).manifest();
  must(real_files().write(path, "{", 0640));
  expect_refused(trial_.harbour.promote(), "is damaged");
  expect_served_by(one_);
}

void write_newer_format(const Path& path) {
  const nlohmann::json body = nlohmann::json::parse(must(real_files().read(path))).at("body");
  must(swap::write_sealed(real_files(), path, 1000, body));
}

TEST_F(Damaged, F22ANewerJournalIsRefused) {
  write_newer_format(volume().names().journal());
  const swap::Receipt receipt = trial_.harbour.promote();
  expect_refused(receipt, "format 1000");
  EXPECT_NE(receipt.next.find("newer Slipway"), std::string::npos) << receipt.next;
  EXPECT_FALSE(swap::recover(trial_.harbour.context(), "test"));
  EXPECT_EQ(trial_.harbour.seen(), one_);
}

TEST_F(Damaged, F22ANewerManifestIsRefused) {
  write_newer_format(swap::snapshot_names(volume().names(), two_).manifest());
  expect_refused(trial_.harbour.promote(), "format 1000");
  expect_served_by(one_);
}

// One that is damaged is shown, never chosen, never removed, and keeps nobody from the others.
TEST_F(Damaged, F20ADamagedManifestStandsInNobodysWay) {
  const Path path = swap::snapshot_names(volume().names(), two_).manifest();
  must(real_files().write(path, "{", 0640));
  const auto shown = [&](const std::string& id) {
    const nlohmann::json list = must(swap::list_view(trial_.harbour.context()));
    for (const nlohmann::json& one : list)
      if (one.at("id") == id) return one;
    return nlohmann::json();
  };
  EXPECT_EQ(shown(two_).value("state", ""), "bad");
  EXPECT_NE(shown(two_).value("why", "").find("is damaged"), std::string::npos) << shown(two_);
  expect_refused(trial_.harbour.promote(two_), "is damaged");
  const std::string three = trial_.harbour.build();
  EXPECT_EQ(trial_.harbour.promote().outcome, swap::Outcome::promoted);
  expect_served_by(three);
  const swap::Receipt back = trial_.harbour.roll_back();
  EXPECT_EQ(back.outcome, swap::Outcome::promoted) << back.reason;
  expect_served_by(one_);
  for (int more = 0; more < 4; ++more) {
    trial_.harbour.build();
    EXPECT_EQ(trial_.harbour.promote().outcome, swap::Outcome::promoted);
  }
  const swap::Retention pruned = must(swap::prune(trial_.harbour.context(), swap::Prune::remove, "test"));
  EXPECT_FALSE(pruned.removed.empty());
  EXPECT_EQ(must(real_files().read(path)), "{") << "it was removed or written over";
  EXPECT_TRUE(fs::exists(volume().cluster(two_).data));
}

TEST_F(Damaged, F20ADamagedManifestOfLiveIsAGuardrail) {
  must(real_files().write(swap::snapshot_names(volume().names(), one_).manifest(), "{", 0640));
  expect_refused(trial_.harbour.promote(), "live (");
  expect_served_by(one_);
  const swap::Receipt receipt = trial_.harbour.promote_allowing({"live"});
  EXPECT_EQ(receipt.outcome, swap::Outcome::promoted) << receipt.reason;
  expect_served_by(two_);
  expect_refused(trial_.harbour.roll_back(), "is damaged");
}

// What was live cannot come back, whoever tries: then an operator promotes another snapshot over it, by name.
TEST(WayBackThatCannotSucceed, DoesNotKeepAnOperatorFromPromotingAnother) {
  Trial trial(", verify: [{sql: \"select current_user = 'slipway' or (select count(*) > 500 from cargo)\"}]");
  const std::string hollow = trial.harbour.build(499), good = trial.harbour.build();
  const Path manifest = swap::snapshot_names(trial.harbour.volume().names(), trial.one).manifest();
  const std::string text = must(real_files().read(manifest));
  const Ending ending = trial.apart([&] {
    test::ActingFiles files(test::begun("verify"), [&] { must(real_files().write(manifest, "{", 0640)); });
    const swap::Context context{
        {files, real_clock(), real_processes()}, trial.harbour.home(), trial.harbour.target()};
    return test::said(swap::promote(context, test::order_to(hollow)));
  });
  EXPECT_EQ(ending.outcome, "needs_operator") << ending.reason;
  trial.wait_for_watchdog();
  const swap::Receipt still = trial.harbour.promote(good);
  EXPECT_EQ(still.outcome, swap::Outcome::needs_operator);
  EXPECT_NE(still.next.find("swap promote ID --allow needs_operator"), std::string::npos) << still.next;
  const long long stuck = trial.journal().epoch;
  EXPECT_EQ(trial.harbour.promote(trial.one, swap::Direction::forward, {"needs_operator"}).outcome,
            swap::Outcome::needs_operator)
      << "that is what cannot be";
  EXPECT_EQ(trial.harbour.live(), hollow);
  const swap::Receipt over = trial.harbour.promote(good, swap::Direction::forward, {"needs_operator"});
  ASSERT_EQ(over.outcome, swap::Outcome::promoted) << over.reason;
  EXPECT_EQ(trial.harbour.seen(), good);
  const swap::Journal journal = trial.journal();
  EXPECT_FALSE(journal.under_way());
  EXPECT_TRUE(journal.snapshots.at(hollow).bad);
  const nlohmann::json history = must(swap::history_view(trial.harbour.context()));
  EXPECT_EQ(history.at(0).at("outcome"), "promoted");
  EXPECT_EQ(history.at(1).at("outcome"), "needs_operator") << "what happened is kept";
  EXPECT_GE(history.at(1).at("epoch"), stuck);
  EXPECT_NE(history.at(1).at("reason").get<std::string>().find("set aside by test"), std::string::npos);
  // With what was damaged back, so is the way there; over what failed, which nobody goes back to.
  must(real_files().write(manifest, text, 0640));
  const swap::Receipt back = trial.harbour.roll_back();
  EXPECT_EQ(back.outcome, swap::Outcome::promoted) << back.reason;
  EXPECT_EQ(trial.harbour.seen(), trial.one);
}

}  // namespace
}  // namespace slipway
