// A user of the tables `ledger` and `tally` who writes all the time and keeps account: what every row of
// theirs may be, by what was acknowledged and by what got no answer.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::test {

inline unsigned seed_of_run() {
  static const unsigned value = [] {
    const char* given = std::getenv("SLIPWAY_SEED");
    const unsigned chosen =
        given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
    std::printf("SLIPWAY_SEED=%u\n", chosen);
    return chosen;
  }();
  return value;
}

class Writer {
 public:
  using Connect = std::function<Result<pg::Session>()>;
  static constexpr const char* tables =
      "create table ledger (id bigint primary key, version bigint not null, text text);"
      "create table tally (op bigint);";

  Writer(Connect connect, int number)
      : connect_(std::move(connect)),
        number_(number),
        random_(seed_of_run() + static_cast<unsigned>(number)) {}

  void run(const std::atomic<bool>& stop) {
    while (!stop) {
      if (!session_) {
        Result<pg::Session> opened = connect_();
        if (opened) session_.emplace(std::move(*opened));
      }
      if (session_) write();
      std::this_thread::sleep_for(Millis(session_ ? 2 : 20));
    }
  }
  // Rows of mine by id, and how often each of my operations was counted.
  void expect(const std::map<long long, long long>& ledger, const std::map<long long, int>& tally) const {
    for (const auto& [id, possible] : possible_) {
      const auto row = ledger.find(id);
      const long long version = row == ledger.end() ? gone : row->second;
      EXPECT_TRUE(possible.contains(version))
          << "row " << id << " is " << version << " and should be " << testing::PrintToString(possible);
    }
    for (const auto& [op, acknowledged] : counted_) {
      const auto row = tally.find(op);
      const int times = row == tally.end() ? 0 : row->second;
      EXPECT_LE(times, 1) << "operation " << op << " is there twice";
      EXPECT_GE(times, acknowledged ? 1 : 0) << "operation " << op << " was acknowledged";
    }
  }
  long long acknowledged() const { return acknowledged_; }

 private:
  static constexpr long long gone = -1;

  void write() {
    std::map<long long, long long> wanted;
    std::string sql;
    for (int left = std::uniform_int_distribution<int>(1, 3)(random_); left > 0; --left) {
      const long long id = number_ * 1'000'000LL + std::uniform_int_distribution<int>(1, 400)(random_);
      wanted[id] = random_() % 4 == 0 ? gone : ++version_;
    }
    for (const auto& [id, version] : wanted)
      sql += version == gone ? fmt::format("delete from ledger where id = {};", id)
                             : fmt::format(
                                   "insert into ledger values ({0}, {1}, 'é') on conflict (id) do update set "
                                   "version = {1};",
                                   id, version);
    const long long op = number_ * 1'000'000LL + ++operations_;
    const bool counts = operations_ % 20 == 0;
    if (counts) sql += fmt::format("insert into tally values ({});", op);
    // One implicit transaction: all of it or nothing.
    const Result<pg::Rows> done = session_->script(sql);
    for (const auto& [id, version] : wanted) {
      std::set<long long>& possible = possible_[id];
      if (possible.empty()) possible = {gone};
      if (done) possible.clear();
      possible.insert(version);
    }
    if (counts) counted_[op] = static_cast<bool>(done);
    if (done) ++acknowledged_;
    if (!done) session_.reset();
  }

  Connect connect_;
  int number_;
  std::mt19937 random_;
  std::optional<pg::Session> session_;
  long long version_ = 0, operations_ = 0, acknowledged_ = 0;
  std::map<long long, std::set<long long>> possible_;
  std::map<long long, bool> counted_;
};

// Writers that run until they are stopped, and then say whether everything is as they know it.
class Writers {
 public:
  Writers(int number, const Writer::Connect& connect) {
    writers_.reserve(static_cast<std::size_t>(number));
    for (int n = 1; n <= number; ++n) writers_.emplace_back(connect, n);
    for (Writer& writer : writers_) threads_.emplace_back([this, &writer] { writer.run(stop_); });
  }
  ~Writers() { stop(); }
  Writers(const Writers&) = delete;

  void stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }
  // How many transactions were acknowledged.
  long long expect_everything(pg::Session& session) {
    stop();
    std::map<long long, long long> ledger;
    std::map<long long, int> tally;
    const Result<pg::Rows> rows = session.query("select id, version from ledger where id > 0");
    const Result<pg::Rows> ops = session.query("select op from tally");
    EXPECT_TRUE(rows && ops);
    for (int row = 0; rows && row < rows->size(); ++row) ledger[rows->number(row, 0)] = rows->number(row, 1);
    for (int row = 0; ops && row < ops->size(); ++row) ++tally[ops->number(row, 0)];
    long long acknowledged = 0;
    for (const Writer& writer : writers_) {
      writer.expect(ledger, tally);
      acknowledged += writer.acknowledged();
    }
    std::printf("%lld transactions acknowledged\n", acknowledged);
    return acknowledged;
  }

 private:
  std::atomic<bool> stop_ = false;
  std::vector<Writer> writers_;
  std::vector<std::thread> threads_;
};

}  // namespace slipway::test
