// The Nth call of each seam fails, N++ until a run is clean; once, and from there on (F1, F2, F4, F6, F8).
#include <signal.h>

#include "swap/retention/prune.hpp"
#include "tests/fault/swap/trial.hpp"
#include "tests/support/acting_files.hpp"
#include "tests/support/failing_seams.hpp"

namespace slipway {
namespace {

using nlohmann::json;
using test::Ending;
using test::FailingSeams;
using test::Fault;
using test::Often;
using test::Trial;

struct Case {
  const char* name;
  Fault fault;
  Often often;
  int usual_stride;  // of N, which is every one in a long run
};

constexpr Case cases[] = {
    {"ChangeRefusedOnce", Fault::change_refused, Often::once, 20},
    {"ChangeRefusedFromThereOn", Fault::change_refused, Often::from_there_on, 20},
    {"ChangeUnsureOnce", Fault::change_unsure, Often::once, 20},
    {"ChangeUnsureFromThereOn", Fault::change_unsure, Often::from_there_on, 20},
    {"LookRefusedOnce", Fault::look_refused, Often::once, 15},
    {"LookRefusedFromThereOn", Fault::look_refused, Often::from_there_on, 15},
    {"ConnectionRefusedOnce", Fault::connection_refused, Often::once, 9},
    {"ConnectionRefusedFromThereOn", Fault::connection_refused, Often::from_there_on, 9},
    {"StatementLostOnce", Fault::statement_lost, Often::once, 7},
    {"StatementLostFromThereOn", Fault::statement_lost, Often::from_there_on, 7},
    {"AnswerLostOnce", Fault::answer_lost, Often::once, 7},
    {"AnswerLostFromThereOn", Fault::answer_lost, Often::from_there_on, 7},
    {"ProgramMissingOnce", Fault::program_missing, Often::once, 1},
    {"ProgramMissingFromThereOn", Fault::program_missing, Often::from_there_on, 1},
    {"ProgramUnsureOnce", Fault::program_unsure, Often::once, 1},
    {"ProgramUnsureFromThereOn", Fault::program_unsure, Often::from_there_on, 1},
    {"AnHourForthOnce", Fault::hour_forth, Often::once, 9},
    {"AnHourForthFromThereOn", Fault::hour_forth, Often::from_there_on, 9},
    {"AnHourBackOnce", Fault::hour_back, Often::once, 9},
    {"AnHourBackFromThereOn", Fault::hour_back, Often::from_there_on, 9},
};

std::mt19937_64& random_of_run() {
  static std::mt19937_64 random = test::seeded();
  return random;
}

class Calls : public testing::TestWithParam<Case> {
 protected:
  // Runs the work again and again, with more calls that succeed each time, until it comes through.
  void run(const Trial& trial, const std::function<json(const swap::Context&)>& work,
           const std::function<void()>& before, const std::function<void(const Ending&)>& after) {
    const int stride = test::long_run() ? 1 : GetParam().usual_stride;
    int faults = 0;
    for (int nth = 1 + static_cast<int>(random_of_run()() % static_cast<unsigned>(stride)); !HasFailure();
         nth += stride) {
      before();
      const Ending ending = trial.apart([&] {
        FailingSeams failing(GetParam().fault, GetParam().often, nth);
        json body = work({failing.seams(), trial.harbour.home(), trial.harbour.target()});
        body["reached"] = failing.blown();
        return body;
      });
      SCOPED_TRACE(fmt::format("call {}: {}: {}", nth, ending.outcome, ending.reason));
      trial.wait_for_watchdog();
      // Where the recovery itself fails and its watchdog is dead too, nobody is left to let go: the alarm it
      // is.
      if (!unwatched_ || ending.outcome != "needs_operator") trial.expect_served();
      after(ending);
      if (HasFailure()) std::printf("%s\n", trial.complaints().c_str());
      if (!ending.reached) break;
      ++faults;
    }
    std::printf("%d faults injected\n", faults);
  }

  bool unwatched_ = false;
};

// All of these have one harbour between them, and another one after a failure.
class NthCall : public Calls {
 protected:
  static void SetUpTestSuite() { make(); }
  static void TearDownTestSuite() { shared_.reset(); }
  void TearDown() override {
    if (HasFailure()) make();
  }
  const Trial& trial() const { return *shared_; }

 private:
  static void make() {
    shared_.reset();
    shared_ = std::make_unique<Trial>(", keep: {last: 2}");
  }
  static inline std::unique_ptr<Trial> shared_;
};

TEST_P(NthCall, OfAPromotion) {
  const Trial& trial = this->trial();
  std::string from, to;
  const auto before = [&] { from = trial.harbour.live(), to = trial.other(); };
  run(
      trial,
      [&](const swap::Context& context) { return test::said(swap::promote(context, test::order_to(to))); },
      before,
      [&](const Ending& ending) {
        trial.expect_true(ending, from, to);
        trial.settle_and_go_on();
      });
}

TEST_P(NthCall, OfARollback) {
  const Trial& trial = this->trial();
  const auto before = [&] {
    if (trial.harbour.live() == trial.two) return;
    ASSERT_EQ(trial.harbour.promote(trial.two).outcome, swap::Outcome::promoted);
  };
  run(
      trial,
      [&](const swap::Context& context) {
        swap::Order order = test::order_to("");
        order.wish.direction = swap::Direction::back;
        return test::said(swap::promote(context, order));
      },
      before,
      [&](const Ending& ending) {
        trial.expect_true(ending, trial.two, trial.one);
        trial.settle_and_go_on();
      });
}

// What a promoter and its watchdog left when both were killed.
void leave_behind(const Trial& trial, const std::string& step) {
  const std::string to = trial.other();
  const Ending killed = trial.apart([&] {
    test::ActingFiles files(test::begun(step), [&] {
      test::must(send_signal(trial.journal().attempt->lease.watchdog, SIGKILL));
      ::kill(::getpid(), SIGKILL);
    });
    return test::said(
        swap::promote({{files, real_clock(), real_processes()}, trial.harbour.home(), trial.harbour.target()},
                      test::order_to(to)));
  });
  ASSERT_TRUE(killed.killed) << "no step " << step << ": " << killed.reason;
}

TEST_P(NthCall, OfARecovery) {
  unwatched_ = true;
  const Trial& trial = this->trial();
  std::vector<std::string> steps = trial.steps(trial.other());
  std::shuffle(steps.begin(), steps.end(), random_of_run());
  if (!test::long_run()) steps.resize(1);
  for (const std::string& step : steps) {
    SCOPED_TRACE("left at " + step);
    const auto before = [&] { leave_behind(trial, step); };
    const auto work = [&](const swap::Context& context) -> json {
      const auto recovered = swap::recover(context, "test");
      if (!recovered) return {{"outcome", "needs_operator"}, {"reason", recovered.error().summary()}};
      return *recovered ? test::said(**recovered) : json{{"outcome", "nothing"}, {"reason", ""}};
    };
    run(trial, work, before, [&](const Ending&) { trial.settle_and_go_on(); });
  }
}

// A snapshot of long ago that retention removes: to it a folder with a manifest is one.
void add_old_snapshot(const Trial& trial, int number) {
  const std::string id = fmt::format("20200101T00{:02}{:02}Z", number / 60, number % 60);
  const swap::SnapshotNames names = swap::snapshot_names(trial.harbour.volume().names(), id);
  swap::Manifest manifest = test::must(trial.harbour.volume().manifest(trial.one));
  manifest.id = id;
  test::must(real_files().make_folders(names.pgdata() / "base"));
  test::must(real_files().write(names.pgdata() / "PG_VERSION", "15\n"));
  test::must(swap::write_manifest(real_files(), names.manifest(), manifest));
}

TEST_P(NthCall, OfAPrune) {
  const Trial& trial = this->trial();
  const std::string live = trial.harbour.live();
  static int number = 0;
  const auto before = [&] {
    for (int more = 0; more < 3; ++more) add_old_snapshot(trial, number++ % 3600);
  };
  const auto work = [&](const swap::Context& context) -> json {
    const auto pruned = swap::prune(context, swap::Prune::remove, "test");
    return {{"outcome", pruned ? "pruned" : "aborted"}, {"reason", pruned ? "" : pruned.error().summary()}};
  };
  run(trial, work, before, [&](const Ending&) {
    EXPECT_EQ(trial.harbour.live(), live);
    test::must(swap::prune(trial.harbour.context(), swap::Prune::remove, "test"));
    const std::vector<std::string> left =
        test::must(real_files().list(trial.harbour.volume().names().snapshots()));
    EXPECT_EQ(left, (std::vector<std::string>{trial.one, trial.two}));
  });
}

// The candidate serves itself well, and its readers badly: so the promotion goes back by itself.
class WayBack : public Calls {};

TEST_P(WayBack, IsTakenOrAskedFor) {
  Trial trial(", verify: [{sql: \"select current_user = 'slipway' or (select count(*) > 500 from cargo)\"}]");
  const std::string hollow = trial.harbour.build(499);
  std::string from;
  const auto before = [&] {
    from = trial.harbour.live();
    const auto records = trial.journal().snapshots;
    const auto record = records.find(hollow);
    if (record != records.end() && record->second.bad)
      test::must(swap::mark(trial.harbour.context(), swap::Mark::unmark, hollow, "test"));
  };
  run(
      trial,
      [&](const swap::Context& context) {
        return test::said(swap::promote(context, test::order_to(hollow)));
      },
      before,
      [&](const Ending& ending) {
        EXPECT_NE(ending.outcome, "promoted");
        if (ending.outcome == "rolled_back" || ending.outcome == "aborted") {
          EXPECT_EQ(trial.harbour.live(), from);
        }
        trial.settle_and_go_on();
      });
}

INSTANTIATE_TEST_SUITE_P(Each, NthCall, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });
// Each takes the verification's time; so only these.
INSTANTIATE_TEST_SUITE_P(Each, WayBack,
                         testing::Values(Case{"ChangeRefused", Fault::change_refused, Often::once, 25},
                                         Case{"LookRefused", Fault::look_refused, Often::once, 25},
                                         Case{"AnswerLost", Fault::answer_lost, Often::once, 25},
                                         Case{"ProgramMissing", Fault::program_missing, Often::from_there_on,
                                              2},
                                         Case{"ProgramUnsure", Fault::program_unsure, Often::once, 2}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace slipway
