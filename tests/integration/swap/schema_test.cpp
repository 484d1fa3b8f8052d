// Promotion in schema mode, with clients, with what hangs on live from outside, and with what goes wrong.
#include <gmock/gmock.h>

#include "swap/manifest_table.hpp"
#include "swap/structure/read_shape.hpp"
#include "tests/support/end_session.hpp"
#include "tests/support/schema_mode.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using test::SchemaMode;
using test::SchemaModeInUse;
using testing::HasSubstr;

TEST_F(SchemaMode, WhatHangsOnLiveServesTheNewDataAndOutlivesTheOld) {
  const std::string first = build();
  promoted();
  berth_.run("create schema reporting authorization keeper; grant usage on schema reporting to portal_read");
  test::must(berth_.as("keeper").script(
      "create view reporting.latest as select snapshot from portal.cargo where n = 1;"
      "grant select on reporting.latest to portal_read;"
      "create table reporting.note (id int generated always as identity, n int references portal.cargo,"
      "  ticket bigint default nextval('portal.ticket'));"
      "insert into reporting.note (n) values (1), (2);"
      "grant select on portal.crate to other; grant usage on schema portal to other"));
  berth_.run("create publication changes for table portal.cargo; alter publication changes owner to keeper");
  for (int round = 0; round < 2; ++round) {
    const std::string next = build();
    promoted();
    EXPECT_EQ(berth_.value("select snapshot from reporting.latest", "portal_read"), next);
    EXPECT_EQ(berth_.value("select snapshot from portal.crate limit 1", "other"), next);
    EXPECT_EQ(berth_.value("select schemaname from pg_publication_tables"), "portal");
    EXPECT_EQ(
        berth_.value("select confrelid = 'portal.cargo'::regclass and convalidated from pg_constraint where "
                     "conrelid = 'reporting.note'::regclass and contype = 'f'"),
        "t");
  }
  EXPECT_EQ(berth_.value("insert into reporting.note (n) values (3) returning ticket > 2"), "t");
  remove(first);
  EXPECT_FALSE(berth_.anything_left_of(first));
  EXPECT_EQ(berth_.value("select count(*) from reporting.latest"), "1");
  EXPECT_EQ(berth_.value("select count(*) from pg_publication_tables"), "1");
  EXPECT_EQ(berth_.value("select count(*) from pg_constraint where contype = 'f' and conrelid = "
                         "'reporting.note'::regclass"),
            "1");
  EXPECT_THAT(berth_.value("insert into reporting.note (n) values (1000)"),
              HasSubstr("violates foreign key"));
}

TEST_F(SchemaMode, WhatCannotGoAlongIsRefusedBeforeAnybodyWaits) {
  const std::string first = build();
  promoted();
  berth_.run("create schema reporting authorization keeper");
  test::must(
      berth_.as("keeper").script("create materialized view reporting.mv as select * from portal.cargo"));
  build();
  EXPECT_THAT(blockers(), HasSubstr("materialized view reporting.mv"));
  const swap::Receipt receipt = berth_.promote();
  EXPECT_EQ(receipt.outcome, Outcome::refused);
  EXPECT_THAT(receipt.reason, HasSubstr("materialized view reporting.mv"));
  EXPECT_EQ(receipt.pause_ms, 0);
  EXPECT_EQ(berth_.seen(), first);
}

TEST_F(SchemaMode, ASnapshotOlderThanTheRowsIsWaitedFor) {
  const std::string first = build();
  promoted();
  pg::Session reader = berth_.as("other");
  test::must(reader.script("begin isolation level repeatable read; select 1"));
  build();
  EXPECT_THAT(blockers(), HasSubstr("older than the candidate's rows: process"));
  const swap::Receipt receipt = berth_.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_THAT(receipt.reason, HasSubstr("would see its tables empty"));
  EXPECT_THAT(receipt.reason, HasSubstr(fmt::format("process {}, user other", reader.backend_pid())));
  EXPECT_EQ(berth_.seen(), first);
  test::must(reader.script("commit; begin isolation level repeatable read; select 1"));
  promoted();
}

TEST_F(SchemaMode, RightsAreTakenFromTheOldAndComeBackWithIt) {
  const std::string first = build();
  EXPECT_FALSE(berth_.readable(first));
  promoted();
  EXPECT_TRUE(berth_.readable(first));
  build();
  promoted();
  EXPECT_FALSE(berth_.readable(first));
  ASSERT_EQ(berth_.roll_back().outcome, Outcome::promoted);
  EXPECT_TRUE(berth_.readable(first));
}

TEST_F(SchemaMode, WhatHangsOnAnOldOneKeepsItThere) {
  const std::string first = build();
  promoted();
  build();
  promoted();
  berth_.run(fmt::format("create view public.history as select * from \"portal__{}\".cargo", first));
  const Done buried = berth_.engine()->bury(first);
  ASSERT_FALSE(buried);
  EXPECT_THAT(buried.error().text(), HasSubstr("view public.history"));
  berth_.run("drop view public.history");
  remove(first);
  EXPECT_FALSE(berth_.anything_left_of(first));
}

TEST_F(SchemaMode, EveryKindOfThingIsDropped) {
  const std::string id = build(
      "create type mood as enum ('glad'); create domain mark as text check (value <> ''); create type pair "
      "as (a int, "
      "b mood); create function f(mood) returns int language sql begin atomic select count(*)::int from "
      "cargo; end; "
      "create table odd (id serial primary key, m mood, p pair, k int references cargo, d mark default 'x'); "
      "create table part (n int) partition by range (n); create table part1 partition of part for values "
      "from (0) to "
      "(9); create materialized view mv as select f('glad'), n from loaded; create view over_mv as select * "
      "from mv; "
      "create index on mv (n); create function t() returns trigger language plpgsql as 'begin return new; "
      "end'; create "
      "trigger tt before insert on odd for each row execute function t(); create cast (mood as mark) with "
      "inout; "
      "create statistics st on id, k from odd; create aggregate agg(int) (sfunc = int4pl, stype = int); "
      "create table child () inherits (odd); create procedure pr() language sql as 'select 1'");
  remove(id);
  EXPECT_FALSE(berth_.anything_left_of(id));
}

TEST_F(SchemaMode, ClientsAreEndedOnlyWhereRowsHaveAnotherShape) {
  build();
  promoted();
  pg::Session client = berth_.as("portal_read");
  test::must(client.script("prepare p as select * from portal.cargo where n = 1; execute p"));
  build();
  promoted();
  EXPECT_TRUE(client.script("execute p"));
  build("alter table cargo add column weight int");
  swap::Order order;
  order.actor = "test";
  order.allow = {"client_shape"};
  const swap::Receipt receipt = swap::promote(berth_.context(), order);
  ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  EXPECT_FALSE(client.script("select 1")) << "its prepared statement would fail at each use";
}

TEST_F(SchemaMode, AHiddenTransactionIsWaitedForToo) {
  const std::string first = build();
  promoted();
  build();
  berth_.run("revoke pg_read_all_stats from keeper");
  pg::Session reader = berth_.as("other");
  test::must(reader.script("begin isolation level repeatable read; select 1"));
  const swap::Receipt receipt = berth_.promote();
  EXPECT_EQ(receipt.outcome, Outcome::aborted);
  EXPECT_THAT(receipt.reason, HasSubstr("hidden from our role"));
  test::must(reader.script("commit"));
  promoted();
  berth_.run("grant pg_read_all_stats to keeper");
}

TEST_F(SchemaMode, ACloneIsLiveInEverythingButItsName) {
  build(
      "create type mood as enum ('glad', 'sad'); create table odd (id int generated always as identity "
      "primary key, m "
      "mood, n int references cargo, twice int generated always as (n * 2) stored); insert into odd (m, n) "
      "select 'sad', "
      "i from generate_series(1, 5) i; create function heads(mood) returns bigint language sql begin atomic "
      "select "
      "count(*) from odd where m = $1; end; create materialized view mv as select m, count(*) from odd group "
      "by m; "
      "create index by_mood on odd (m); create function t() returns trigger language plpgsql as 'begin raise "
      "exception "
      "$$fired$$; end'; create trigger no_more before insert on odd for each row execute function t(); alter "
      "table crate "
      "enable row level security; create policy p on crate using (true); comment on table odd is 'x'; grant "
      "insert on "
      "odd to other");
  promoted();
  test::must(berth_.as("keeper").script("select nextval('portal.ticket')"));
  const std::unique_ptr<swap::Engine> engine = berth_.engine();
  swap::Build copy = test::must(engine->clone({"none", {}, 1}));
  pg::Session session = berth_.as("keeper");
  const swap::Shape live = test::must(swap::read_shape(session, "portal"));
  const swap::Shape cloned = test::must(swap::read_shape(session, copy.place.schema));
  for (const swap::Difference& one : swap::compare(live, cloned))
    ADD_FAILURE() << one.kind << " " << one.object << ": " << one.live << " / " << one.candidate;
  const std::string schema = pg::quoted(copy.place.schema);
  EXPECT_EQ(copy.manifest.rows.at("odd"), 5);
  for (const char* table : {"odd", "cargo", "mv"})
    EXPECT_EQ(
        berth_.value(
            fmt::format("select string_agg(t::text, ',' order by t::text) from {}.{} t", schema, table)),
        berth_.value(fmt::format("select string_agg(t::text, ',' order by t::text) from portal.{} t", table)))
        << table;
  EXPECT_EQ(berth_.value(fmt::format("select last_value::text || is_called from {}.ticket", schema)),
            "1true");
  EXPECT_EQ(berth_.value(fmt::format("select {}.heads('sad')", schema)), "5");
  EXPECT_NE(test::must(swap::read_identity(session, copy.place.schema)).id,
            test::must(swap::read_identity(session, "portal")).id);
  test::must(engine->finish(copy));
  promoted(copy.manifest.id);
}

// One statement of ours, by its number, after which the server ends our session.
class Ending : public pg::Connections {
 public:
  Ending(const test::SchemaBerth& berth, int statement)
      : berth_(berth), left_(std::make_shared<int>(statement)) {}
  Result<pg::Session> open(const std::string& conninfo, const pg::Options& options) override {
    Result<pg::Session> opened = pg::real_connections().open(conninfo, options);
    if (opened) opened->interfere(std::make_shared<One>(*this, opened->backend_pid()));
    return opened;
  }
  bool struck() const { return *left_ < 0; }

 private:
  struct One : pg::Interference {
    One(Ending& all, int pid) : all_(all), pid_(pid) {}
    Done before(std::string_view) override { return {}; }
    Done after(std::string_view) override {
      if (*all_.left_ < 0 || --*all_.left_ >= 0) return {};
      pg::Session admin = all_.berth_.as("postgres");
      test::end_session(admin, std::to_string(pid_));
      return {};
    }
    Ending& all_;
    int pid_;
  };

  const test::SchemaBerth& berth_;
  std::shared_ptr<int> left_;
};

// The promoter's whole machine goes when the switch has been committed: nothing is sent any more.
class GoneAfterTheSwitch : public pg::Connections {
 public:
  Result<pg::Session> open(const std::string& conninfo, const pg::Options& options) override {
    TRY(here_->before(""));
    Result<pg::Session> opened = pg::real_connections().open(conninfo, options);
    if (opened) opened->interfere(here_);
    return opened;
  }

 private:
  struct Here : pg::Interference {
    Done before(std::string_view) override { return gone ? Done(fail("the machine is gone")) : Done(); }
    Done after(std::string_view sql) override {
      renamed = renamed || sql.find("rename to") != sql.npos;
      gone = gone || (renamed && sql == "COMMIT");
      return {};
    }
    bool renamed = false, gone = false;
  };
  std::shared_ptr<Here> here_ = std::make_shared<Here>();
};

TEST_F(SchemaMode, AfterACrashRecoveryChecksTheKeysThatTheSwitchLeftUnchecked) {
  build();
  promoted();
  berth_.run("create schema reporting authorization keeper");
  test::must(
      berth_.as("keeper").script("create table reporting.note (n int references portal.cargo);"
                                 "insert into reporting.note values (1)"));
  const std::string next = build();
  GoneAfterTheSwitch gone;
  const swap::Context context{Seams{real_files(), real_clock(), real_processes(), gone}, berth_.home().home(),
                              berth_.context().target};
  swap::Order order;
  order.actor = "test";
  EXPECT_EQ(swap::promote(context, order).outcome, Outcome::needs_operator);
  const char* const key =
      "select confrelid = 'portal.cargo'::regclass, convalidated from pg_constraint "
      "where conrelid = 'reporting.note'::regclass and contype = 'f'";
  EXPECT_EQ(berth_.value(fmt::format("select (k.*)::text from ({}) k", key)), "(t,f)");
  const std::optional<swap::Receipt> recovered = test::must(swap::recover(berth_.context(), "test"));
  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->outcome, Outcome::promoted) << recovered->reason;
  EXPECT_EQ(berth_.seen(), next);
  EXPECT_EQ(berth_.value(fmt::format("select (k.*)::text from ({}) k", key)), "(t,t)");
  EXPECT_EQ(berth_.value("select count(*) from slipway.unchecked"), "0");
}

TEST_F(SchemaModeInUse, KilledBetweenTwoStatementsItIsOneOrTheOther) {
  build();
  promoted();
  int struck = 0, switched = 0;
  for (int statement = 0;; statement += 5) {
    const std::string before = berth_.live(), next = build();
    Ending ending(berth_, statement);
    const swap::Context context{Seams{real_files(), real_clock(), real_processes(), ending},
                                berth_.home().home(), berth_.context().target};
    swap::Order order;
    order.actor = "test";
    const swap::Receipt receipt = swap::promote(context, order);
    const Result<std::optional<swap::Receipt>> recovered = swap::recover(berth_.context(), "test");
    ASSERT_TRUE(recovered) << statement << ": " << recovered.error().text();
    const std::string now = berth_.live();
    EXPECT_TRUE(now == before || now == next) << statement << ": " << now;
    EXPECT_EQ(berth_.seen(), now) << statement;
    if (receipt.outcome == Outcome::promoted) {
      EXPECT_EQ(now, next);
    }
    if (receipt.outcome == Outcome::aborted) {
      EXPECT_EQ(now, before) << receipt.reason;
    }
    struck += ending.struck();
    switched += now == next;
    if (!ending.struck()) break;
    if (now != next) promoted(next);
    remove(before);
  }
  EXPECT_GT(struck, 10);
  EXPECT_GT(switched, 0);
  std::printf("%d statements struck, %d of them switched all the same\n", struck, switched);
}

}  // namespace
}  // namespace slipway
