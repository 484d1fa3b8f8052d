// Users who write while their tables are carried, forwards and back: what was acknowledged is there
// afterwards, and nothing else is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <shared_mutex>

#include "tests/integration/swap/carry_places.hpp"
#include "tests/support/writer.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

constexpr int loaded_rows = 200'000;

class CarryWriters : public testing::TestWithParam<Kept> {
 protected:
  // To where live is; while that changes nobody connects.
  Result<pg::Session> connect() {
    const std::shared_lock lock(door_);
    const Side& live = places.live();
    pg::Session session = TRY(pg::Session::open(live.place.conninfo + " application_name=writer"));
    if (!live.place.schema.empty()) TRY(session.script("set search_path = portal"));
    return session;
  }
  // As an engine does: the names change, writers of the old place are ended, and only then the locks go.
  void promote(bool back) {
    auto carrier =
        must(swap::carry::Carrier::open(pg::real_connections(), places.order({"ledger", "tally"}, back)));
    must(carrier->copy_ahead());
    must(carrier->hold_and_finish());
    {
      const std::unique_lock lock(door_);
      places.flip();
    }
    pg::Session old = must(pg::Session::open(places.candidate().place.conninfo));
    while (!must(old.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = "
                           "'writer' and datname = current_database()"))
                .empty())
      std::this_thread::sleep_for(Millis(2));
    carrier->let_go();
    must(swap::carry::tidy(pg::real_connections(), places.live().place));
  }
  std::shared_mutex door_;
  Places places{GetParam()};
};

TEST_P(CarryWriters, LoseNothing) {
  SCOPED_TRACE(fmt::format("SLIPWAY_SEED={}", seed_of_run()));
  places.run_both(Writer::tables);
  places.run(places.live(),
             fmt::format("insert into ledger select -n, 0, md5(n::text) from generate_series(1, {}) n",
                         loaded_rows));
  Writers writers(3, [this] { return connect(); });
  for (const bool back : {false, true, false, true}) {
    try {
      promote(back);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
      break;
    }
    std::this_thread::sleep_for(Millis(300));
  }
  writers.stop();
  pg::Session session = places.open(places.live());
  EXPECT_GT(writers.expect_everything(session), 100);
  EXPECT_EQ(places.ask(places.live(), "select count(*) from ledger where id < 0"),
            std::to_string(loaded_rows));
}

INSTANTIATE_TEST_SUITE_P(Modes, CarryWriters, testing::Values(Kept::volume, Kept::database, Kept::schema),
                         [](const auto& info) { return name(info.param); });

}  // namespace
