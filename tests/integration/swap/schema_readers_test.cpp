// Readers while the schemas change their names: one snapshot or the other, and nobody waits for long.
#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

#include "tests/support/schema_mode.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::SchemaMode;
using test::SchemaModeInUse;
using testing::HasSubstr;

// Reads again and again, and counts what no reader may ever see. Each statement goes by itself, so that a
// switch can come between any two of a transaction.
class Reader {
 public:
  Reader(pg::Session session, std::vector<std::string> statements)
      : session_(std::move(session)),
        statements_(std::move(statements)),
        thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) look();
        }) {}

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  std::atomic<long> looks = 0, torn = 0, empty = 0, failed = 0;

 private:
  // Whatever one look finds says one and the same snapshot.
  void look() {
    std::set<std::string> found;
    for (const std::string& statement : statements_) {
      const Result<pg::Rows> rows = session_.script(statement);
      if (!rows) {
        ++failed;
        (void)session_.script("rollback");
        return;
      }
      if (rows->columns() > 0 && rows->empty()) ++empty;
      for (int row = 0; row < rows->size(); ++row)
        for (int column = 0; column < rows->columns(); ++column) found.insert(rows->string(row, column));
    }
    if (found.size() > 1) ++torn;
    ++looks;
  }

  pg::Session session_;
  std::vector<std::string> statements_;
  std::jthread thread_;
};

TEST_F(SchemaModeInUse, ReadersSeeOneSnapshotOrTheOtherAndNeverNone) {
  build();
  promoted();
  berth_.run(
      "create function twice() returns setof text language plpgsql as $$ begin "
      "return query execute 'select distinct snapshot from portal.cargo'; "
      "return query execute 'select distinct snapshot from portal.crate'; end $$");
  const std::string
      join = "select distinct a.snapshot, b.snapshot from portal.cargo a join portal.crate b using (n)",
      cargo = "select distinct snapshot from portal.cargo",
      crate = "select distinct snapshot from portal.crate",
      loaded = "select distinct snapshot from portal.loaded";
  // The last reads against the order in which the switch locks; such a one costs attempts, and so it rests.
  const std::vector<std::vector<std::string>> looks = {
      {join},
      {"select distinct v.snapshot, b.snapshot from portal.loaded v join portal.crate b using (n)"},
      {"select twice()"},
      {"execute prepared"},
      {"begin", loaded, cargo, crate, "commit"},
      {"begin isolation level repeatable read", cargo, "execute prepared", "select twice()", "commit"},
      {"begin", crate, cargo, "commit", "do $$ begin perform pg_sleep(0.05); end $$"}};
  std::vector<std::unique_ptr<Reader>> readers;
  for (const std::vector<std::string>& statements : looks) {
    pg::Session session = berth_.as("portal_read");
    test::must(session.script("prepare prepared as " + join));
    readers.push_back(std::make_unique<Reader>(std::move(session), statements));
  }
  for (int round = 0; round < 6; ++round) {
    build();
    promoted();
  }
  for (std::size_t at = 0; at < readers.size(); ++at) {
    readers[at]->stop();
    const std::string what = looks[at].size() > 1 ? looks[at][0] + "; " + looks[at][1] : looks[at][0];
    EXPECT_EQ(readers[at]->torn, 0) << "of " << readers[at]->looks << ": " << what;
    EXPECT_EQ(readers[at]->empty, 0) << what;
    EXPECT_EQ(readers[at]->failed, 0) << what;
    EXPECT_GT(readers[at]->looks, 10) << what;
  }
}

// The deadline is longer than the patience with which the switch waits for a long transaction: so it tries.
class SchemaModeImpatient : public SchemaMode {
 protected:
  SchemaModeImpatient() : SchemaMode(", deadline: 9s") {}
};

TEST_F(SchemaModeImpatient, ALongTransactionStopsItByNameAndOthersReadBetweenItsAttempts) {
  const std::string first = build();
  promoted();
  build();
  pg::Session holder = berth_.as("portal_read");
  test::must(holder.script("begin; select count(*) from portal.cargo"));
  Reader other(berth_.as("portal_read"), {"select distinct snapshot from portal.cargo"});
  // Each attempt waits once, for the table that is held; and while it waits, so does every reader.
  std::set<std::string> attempts;
  long looks_after_first = 0;
  std::jthread observer([&](const std::stop_token& stop) {
    pg::Session session = berth_.as("postgres");
    long looks_at_first = 0;
    while (!stop.stop_requested()) {
      const pg::Rows rows = test::must(
          session.query("select waitstart from pg_locks where not granted and mode = 'AccessExclusiveLock' "
                        "and relation = 'portal.cargo'::regclass and waitstart is not null"));
      if (attempts.empty()) looks_at_first = other.looks;
      for (int row = 0; row < rows.size(); ++row) attempts.insert(rows.string(row, 0));
      if (!attempts.empty()) looks_after_first = other.looks - looks_at_first;
    }
  });
  const swap::Receipt receipt = berth_.promote();
  observer.request_stop();
  observer.join();
  other.stop();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_EQ(exit_code(receipt.outcome), 1);
  EXPECT_THAT(receipt.reason, HasSubstr(fmt::format("process {}, user portal_read", holder.backend_pid())));
  EXPECT_GE(attempts.size(), 2U) << "it gave up, let the others through and tried again";
  EXPECT_GT(looks_after_first, 1);
  EXPECT_EQ(other.failed, 0);
  EXPECT_EQ(other.torn + other.empty, 0);
  EXPECT_EQ(berth_.seen(), first);
  std::printf("%zu attempts, %ld looks of others from the first one on\n", attempts.size(),
              looks_after_first);
  test::must(holder.script("commit"));
  promoted();
}

}  // namespace
}  // namespace slipway
