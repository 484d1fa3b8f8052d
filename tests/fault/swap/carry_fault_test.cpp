// Users write through the front door while promotions and rollbacks go on, and the pooler or the promoter is
// killed in most of them: every acknowledged write is there afterwards, none twice.
#include "tests/support/harbour.hpp"
#include "tests/support/writer.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::Harbour;
using test::must;

int promotions_of_run() {
  const char* given = std::getenv("SLIPWAY_CARRIES");
  return given ? std::atoi(given) : 6;
}

void kill_pooler(const Harbour& harbour) {
  const auto pooler = must(swap::running(swap::pooler_of(harbour.home(), harbour.target())));
  if (pooler) must(send_signal(*pooler, SIGKILL));
}

// As its users start it: the command, whose watchdog ends what it cannot.
ProcessId start_promotion(const Harbour& harbour, const std::string& newest) {
  Command command;
  command.argv = {own_program("swap"), "--config", harbour.config().file.string(), "--no-input"};
  if (harbour.live() == newest)
    command.argv.push_back("rollback");
  else
    command.argv.insert(command.argv.end(), {"promote", newest});
  command.environment = own_program_environment();
  command.folder = "/";
  command.output = harbour.volume().names().folder / "promotions.log";
  return must(real_processes().start_detached(command, own_program_descriptors()));
}

swap::Journal journal_of(const Harbour& harbour) {
  return must(swap::read_journal(real_files(), harbour.volume().names().journal()));
}

void wait_for_the_end(const Harbour& harbour, const ProcessId& promoter) {
  const Millis deadline = real_clock().steady() + Millis(200'000);
  while (real_clock().steady() < deadline) {
    const swap::Journal journal = journal_of(harbour);
    const bool watched = journal.attempt && alive(journal.attempt->lease.watchdog);
    if (!alive(promoter) && !watched) return;
    real_clock().sleep(Millis(20));
  }
  ADD_FAILURE() << "the promotion did not come to an end";
}

TEST(CarryUnderFire, NothingAcknowledgedIsLostAndNothingIsThereTwice) {
  std::mt19937 random(test::seed_of_run());
  SCOPED_TRACE(fmt::format("SLIPWAY_SEED={}", test::seed_of_run()));
  Harbour harbour(", carry: [ledger, tally], deadline: 120s, verify_timeout: 120s");
  const std::string tables =
      std::string(test::Writer::tables) + "grant select, insert, update, delete on ledger, tally to portal;";
  harbour.build(10, tables);
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  {
    pg::Session owner = must(pg::Session::open(must(harbour.volume().place(harbour.live())).conninfo));
    must(owner.script("insert into ledger select -n, 0, md5(n::text) from generate_series(1, 30000) n"));
  }
  test::Writers writers(3, [&] { return pg::Session::open(harbour.door("portal")); });
  int promoted = 0, kills = 0;
  const std::string newest = harbour.build(10, tables);
  for (int run = 0; run < promotions_of_run() && !testing::Test::HasFailure(); ++run) {
    const ProcessId promoter = start_promotion(harbour, newest);
    std::this_thread::sleep_for(Millis(std::uniform_int_distribution<int>(300, 4000)(random)));
    if (run % 3 == 1) kill_pooler(harbour);
    if (run % 3 == 2) must(send_signal(promoter, SIGKILL));
    if (run % 3 != 0) ++kills;
    wait_for_the_end(harbour, promoter);
    (void)must(swap::recover(harbour.context(), "test"));
    must(harbour.volume().serve());
    EXPECT_NE(journal_of(harbour).attempt->state, swap::Step::needs_operator)
        << journal_of(harbour).attempt->reason;
    if (journal_of(harbour).attempt->state == swap::Step::done) ++promoted;
  }
  writers.stop();
  std::printf("%d of %d promoted, and %d times somebody was killed\n", promoted, promotions_of_run(), kills);
  EXPECT_GT(promoted, 0);
  pg::Session owner = must(pg::Session::open(must(harbour.volume().place(harbour.live())).conninfo));
  EXPECT_GT(writers.expect_everything(owner), 100);
  EXPECT_EQ(must(owner.query("select count(*) from ledger where id < 0")).number(0, 0), 30000);
}

}  // namespace
}  // namespace slipway
