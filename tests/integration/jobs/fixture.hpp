// A control database of its own for each test, and short words for what the tests do with it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "daemon/jobs/listing.hpp"
#include "daemon/jobs/queue.hpp"
#include "migrations/runner.hpp"
#include "tests/support/cluster.hpp"

namespace slipway::jobs {

class Jobs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  void SetUp() override { ASSERT_TRUE(migrations::migrate(conninfo())); }

  std::string conninfo() const { return cluster->conninfo(database); }

  static NewJob build_of(const std::string& target) {
    NewJob wanted;
    wanted.pipeline = "demo";
    wanted.target = target;
    wanted.home = "/home/one";
    wanted.params = R"({"pipeline":"demo"})";
    wanted.actor = "maria";
    wanted.origin = "test";
    return wanted;
  }

  static Result<Entry> committed(pg::Session& session, const NewJob& wanted) {
    pg::Transaction transaction = TRY(pg::Transaction::begin(session));
    Entry entry = TRY(enqueue(session, wanted));
    TRY(transaction.commit());
    return entry;
  }

  long long queued(const std::string& target) { return committed(session, build_of(target))->job.id; }
  Job read(long long id) { return *find_job(session, id); }

  // Waits until it holds; a generous limit, no speed asserted.
  static bool comes_true(const std::function<bool()>& condition) {
    for (int attempt = 0; attempt < 600; ++attempt) {
      if (condition()) return true;
      std::this_thread::sleep_for(Millis(50));
    }
    return false;
  }

  static inline std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
  pg::Session session = cluster->session(database);
};

}  // namespace slipway::jobs
