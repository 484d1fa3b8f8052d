// Attempts to carry that end before the switch: whatever was done is taken back, and the next one works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "tests/integration/swap/carry_places.hpp"
#include "tests/support/writer.hpp"

using namespace slipway;
using namespace slipway::test;
using swap::carry::Carrier;
using swap::carry::How;

namespace {

constexpr const char* tables = R"(
create table big (id serial primary key, owner int, text text);
create table small (a int, b text, n numeric, primary key (b, a));
create table pick (big int references big on delete cascade, why text);
create table keyless (x int);
)";
constexpr const char* rows = R"(
insert into big (owner, text) select n % 7, md5(n::text) from generate_series(1, 25000) n;
insert into small select n, 'b' || n % 10, n / 7.0 from generate_series(1, 500) n;
insert into pick select n * 50, 'because' from generate_series(1, 400) n;
insert into keyless select n from generate_series(1, 20) n;
)";
constexpr const char* changes = R"(
insert into big (owner, text) select 1, 'later ' || n from generate_series(1, 100) n;
update big set text = text || '!' where id between 100 and 180;
delete from big where id between 200 and 260;
update small set a = -a where a % 50 = 0;
delete from keyless where x = 3;
)";
const std::vector<std::string> all = {"big", "small", "pick", "keyless"};

class CarryAbort : public testing::TestWithParam<Kept> {
 protected:
  std::string state(const Side& side) const {
    std::string out;
    for (const std::string& table : all) out += places.sum(side, table) + "; ";
    return out + places.ask(side, "select last_value || ' ' || is_called from big_id_seq");
  }
  std::string ours(const Side& side) const {
    return places.ask(
        side, fmt::format("select g.tgname || ' on ' || c.relname from pg_trigger g join pg_class c on "
                          "c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace where "
                          "g.tgname like 'slipway%' and n.nspname = {} order by 1",
                          pg::literal(side.place.schema.empty() ? "public" : side.place.schema)));
  }
  void undo() const { must(swap::carry::undo(pg::real_connections(), places.live(), places.candidate())); }
  void expect_equal() const {
    for (const std::string& table : all)
      EXPECT_EQ(places.sum(places.live(), table), places.sum(places.candidate(), table)) << table;
  }
  Places places{GetParam()};
};

TEST_P(CarryAbort, LeavesNothingOfAForwardAttempt) {
  places.run_both(tables);
  places.run(places.live(), rows);
  places.run(places.candidate(), "insert into small values (1, 'own row', 1)");
  const std::string before = state(places.candidate());
  for (const int steps : {0, 1, 2}) {
    auto carrier = must(Carrier::open(pg::real_connections(), places.order(all)));
    EXPECT_EQ(carrier->prospects().at(0).how, How::ahead);
    if (steps > 0) must(carrier->copy_ahead());
    if (steps > 1) must(carrier->hold_and_finish());
    carrier.reset();
    undo();
    EXPECT_EQ(state(places.candidate()), before) << steps;
    EXPECT_EQ(ours(places.live()) + ours(places.candidate()), "") << steps;
    EXPECT_EQ(places.ask(places.candidate(), "select to_regnamespace('slipway_carry')"), "");
    undo();  // once more is as good as once
    EXPECT_EQ(state(places.candidate()), before);
  }
  places.promote(all);
  expect_equal();
}

TEST_P(CarryAbort, LeavesARollbacksTargetWithItsOwnRows) {
  places.run_both(tables);
  places.run(places.live(), rows);
  places.promote(all);
  places.run(places.live(), changes);
  const std::string before = state(places.candidate());
  const std::string triggers = ours(places.live());
  for (const int steps : {1, 2}) {
    auto carrier = must(Carrier::open(pg::real_connections(), places.order(all, true)));
    EXPECT_EQ(carrier->prospects().at(0).how, How::since);
    must(carrier->copy_ahead());
    if (steps > 1) must(carrier->hold_and_finish());
    carrier.reset();
    undo();
    EXPECT_EQ(state(places.candidate()), before) << steps;
    EXPECT_EQ(ours(places.live()), triggers) << "live's own log went";
  }
  places.run(places.live(), "update big set text = 'last' where id = 1");
  const auto carried = places.promote(all, true);
  EXPECT_EQ(carried.at("big").how, How::since);
  EXPECT_EQ(carried.at("big").counts.inserted, 100);
  EXPECT_EQ(carried.at("big").counts.updated, 82);
  EXPECT_EQ(carried.at("big").counts.deleted, 61);
  expect_equal();
}

// A process that carries is killed at any moment; somebody else undoes it, and the next attempt works.
TEST_P(CarryAbort, SurvivesKills) {
  std::mt19937 random(seed_of_run());
  places.run_both(tables);
  places.run(places.live(), rows);
  bool back = false;
  for (int run = 0; run < 6; ++run) {
    SCOPED_TRACE(fmt::format("run {} with SLIPWAY_SEED={}", run, seed_of_run()));
    const std::string before = state(places.candidate());
    const std::string kept = state(places.live());
    const pid_t child = ::fork();
    if (child == 0) {
      auto carrier = Carrier::open(pg::real_connections(), places.order(all, back));
      if (carrier && (*carrier)->copy_ahead() && (*carrier)->hold_and_finish()) ::sleep(60);
      ::_exit(1);
    }
    std::this_thread::sleep_for(Millis(std::uniform_int_distribution<int>(0, 1500)(random)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    undo();
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended with an error of its own";
    EXPECT_EQ(state(places.candidate()), before);
    EXPECT_EQ(state(places.live()), kept);
    if (run % 2 == 0) continue;
    places.promote(all, back);
    expect_equal();
    places.run(places.live(), changes);
    back = true;
  }
}

INSTANTIATE_TEST_SUITE_P(Modes, CarryAbort, testing::Values(Kept::volume, Kept::database, Kept::schema),
                         [](const auto& info) { return name(info.param); });

}  // namespace
