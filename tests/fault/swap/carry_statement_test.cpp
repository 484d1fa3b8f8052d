// Statements of an attempt to carry fail, one after the other, and then those of its undoing: afterwards both
// places are as they were. Every one of them with SLIPWAY_EVERY=1, else some that the seed chooses.
#include "tests/integration/swap/carry_places.hpp"
#include "tests/support/writer.hpp"

namespace slipway {
namespace {

using namespace test;
using swap::carry::Carrier;

enum class Trouble { before, after, from_there_on };

class FailingConnections : public pg::Connections {
 public:
  FailingConnections(int nth, Trouble trouble) : counted_(std::make_shared<Counted>(nth, trouble)) {}
  Result<pg::Session> open(const std::string& conninfo, const pg::Options& options) override {
    pg::Session session = TRY(pg::real_connections().open(conninfo, options));
    session.interfere(counted_);
    return session;
  }
  bool failed() const { return counted_->seen >= counted_->nth; }

 private:
  struct Counted : pg::Interference {
    Counted(int at, Trouble what) : nth(at), trouble(what) {}
    Done before(std::string_view sql) override {
      ++seen;
      const bool fails =
          trouble == Trouble::from_there_on ? seen >= nth : trouble == Trouble::before && seen == nth;
      return fails ? Done(fail("the test fails `{}`", sql)) : Done();
    }
    Done after(std::string_view sql) override {
      return trouble == Trouble::after && seen == nth ? Done(fail("the test loses the answer to `{}`", sql))
                                                      : Done();
    }
    int nth;
    Trouble trouble;
    int seen = 0;
  };
  std::shared_ptr<Counted> counted_;
};

int stride() {
  const char* given = std::getenv("SLIPWAY_EVERY");
  return given ? std::atoi(given) : 14;
}

int first() {
  return 1 + static_cast<int>(seed_of_run() % static_cast<unsigned>(stride()));
}

const std::vector<std::string> all = {"big", "parent", "child", "keyless"};

class CarryStatements : public testing::TestWithParam<Trouble> {
 protected:
  CarryStatements() {
    places.run_both(
        "create table big (id serial primary key); create table parent (id int primary key, n int);"
        "create table child (id int primary key, up int references parent on delete cascade);"
        "create table keyless (x int)");
    places.run(places.live(),
               "insert into big select from generate_series(1, 20001); insert into parent select n, n from "
               "generate_series(1, 20) n; insert into child select n, n from generate_series(1, 20) n;"
               "insert into keyless values (1), (1)");
    places.run(places.candidate(), "insert into parent values (7, 700)");
  }
  std::string state(const Side& side) const {
    std::string out;
    for (const std::string& table : all) out += places.sum(side, table) + "; ";
    return out + places.ask(side, "select last_value from big_id_seq") +
           places.ask(
               side,
               "select string_agg(conname || convalidated, ' ' order by conname) from pg_constraint where "
               "connamespace = quote_ident(current_schema())::regnamespace");
  }
  Done attempt(pg::Connections& connections, bool back) {
    auto carrier = TRY(Carrier::open(connections, places.order(all, back)));
    TRY(carrier->copy_ahead());
    return carrier->hold_and_finish();
  }
  Done undo(pg::Connections& connections) {
    return swap::carry::undo(connections, places.live(), places.candidate());
  }
  void expect_as_before(const std::string& live, const std::string& candidate, int nth) {
    EXPECT_EQ(state(places.live()), live) << "statement " << nth;
    EXPECT_EQ(state(places.candidate()), candidate) << "statement " << nth;
  }
  void fail_everything(bool back) {
    SCOPED_TRACE(fmt::format("SLIPWAY_SEED={}", seed_of_run()));
    const std::string live = state(places.live()), candidate = state(places.candidate());
    int faults = 0;
    for (int nth = first(); !HasFailure(); nth += stride(), ++faults) {
      FailingConnections connections(nth, GetParam());
      const Done done = attempt(connections, back);
      EXPECT_EQ(static_cast<bool>(done), !connections.failed())
          << "statement " << nth << " failed, and nobody saw it";
      must(undo(pg::real_connections()));
      expect_as_before(live, candidate, nth);
      if (done) break;
    }
    for (int nth = first(); !HasFailure(); nth += stride(), ++faults) {
      must(attempt(pg::real_connections(), back));
      FailingConnections connections(nth, GetParam());
      const Done done = undo(connections);
      must(undo(pg::real_connections()));
      expect_as_before(live, candidate, nth);
      if (done) break;
    }
    std::printf("%d faults\n", faults);
    EXPECT_GT(faults, 60 / stride());
    places.promote(all, back);
    for (const std::string& table : all)
      EXPECT_EQ(places.sum(places.live(), table), places.sum(places.candidate(), table)) << table;
  }
  Places places{Kept::schema};
};

TEST_P(CarryStatements, FailForwards) {
  fail_everything(false);
}

TEST_P(CarryStatements, FailOnTheWayBack) {
  places.promote(all);
  places.run(places.live(),
             "insert into big default values; delete from big where id = 5; delete from parent where id = "
             "3; update parent set n = -n where id > 15; insert into keyless values (2)");
  fail_everything(true);
}

INSTANTIATE_TEST_SUITE_P(Each, CarryStatements,
                         testing::Values(Trouble::before, Trouble::after, Trouble::from_there_on),
                         [](const auto& info) {
                           return info.param == Trouble::before  ? "before"
                                  : info.param == Trouble::after ? "after"
                                                                 : "on";
                         });

}  // namespace
}  // namespace slipway
