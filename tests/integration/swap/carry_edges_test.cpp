// What stands in the way of carrying, and what only looks as if it did.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/swap/carry_places.hpp"

using namespace slipway;
using namespace slipway::test;
using swap::carry::Carrier;
using swap::carry::How;
using testing::Contains;
using testing::HasSubstr;

namespace {

std::unique_ptr<Carrier> opened(const Places& places, const std::vector<std::string>& patterns,
                                bool back = false) {
  return must(Carrier::open(pg::real_connections(), places.order(patterns, back)));
}
std::string refusal(const Places& places, const std::vector<std::string>& patterns) {
  const auto carrier = Carrier::open(pg::real_connections(), places.order(patterns));
  return carrier ? "" : carrier.error().text();
}
void undo(const Places& places) {
  must(swap::carry::undo(pg::real_connections(), places.live(), places.candidate()));
}

TEST(CarryEdges, NamesWhatCannotBeCarried) {
  Places places(Kept::database);
  places.run_both(
      "create table kept (id int primary key); create table ruled (id int); "
      "create rule no as on delete to ruled do instead nothing");
  places.run(places.live(),
             "create table lost (id int); create table wide (id int primary key, a int, b int);"
             "create table heap (x int); insert into heap select generate_series(1, 20001)");
  places.run(places.candidate(),
             "create table wide (id int primary key, a int, needed int not null); create table heap (x int)");
  EXPECT_THAT(refusal(places, {"nothing_*"}), HasSubstr("no table matches `nothing_*`"));
  EXPECT_THAT(refusal(places, {"lost"}), HasSubstr("table lost is in live and not in the candidate"));
  EXPECT_THAT(refusal(places, {"wide"}), HasSubstr("column b of table wide"));
  EXPECT_THAT(refusal(places, {"wide"}), HasSubstr("column needed of table wide must have a value"));
  EXPECT_THAT(refusal(places, {"heap"}), HasSubstr("no primary key"));
  EXPECT_THAT(refusal(places, {"ruled"}), HasSubstr("it has rules"));
  EXPECT_EQ(refusal(places, {"kept"}), "");
  swap::carry::Order order = places.order({"kept"});
  order.free_bytes = 1000;
  const auto full = Carrier::open(pg::real_connections(), order);
  ASSERT_FALSE(full);
  EXPECT_THAT(full.error().text(), HasSubstr("carrying needs about"));
}

TEST(CarryEdges, OtherColumnsAndTypes) {
  Places places(Kept::volume);
  places.run(places.live(),
             "create table t (id int primary key, a int, \"B b\" text); "
             "insert into t select n, n, 'x' from generate_series(1, 10) n");
  places.run(places.candidate(),
             "create table t (extra text default 'new', \"B b\" varchar, id bigint primary key, a numeric)");
  places.promote({"t"});
  EXPECT_EQ(places.ask(places.live(),
                       "select string_agg(concat_ws(',', id, a, \"B b\", extra), ' ') from t where id < 3"),
            "1,1,x,new 2,2,x,new");
  places.run(places.live(), "insert into t values ('mine', 'y', 11, 11)");
  auto back = opened(places, {"t"}, true);
  EXPECT_THAT(back->notes(), Contains(HasSubstr("column extra of table t is not in the older snapshot")));
  back.reset();
  places.promote({"t"}, true);
  EXPECT_EQ(places.ask(places.live(), "select \"B b\" from t where id = 11"), "y");
}

TEST(CarryEdges, ForeignKeysHoldOrAreNamedBeforeAnybodyIsHeld) {
  Places places(Kept::schema);
  places.run_both(
      "create table study (id int primary key); create table users (id int primary key, mail text unique);"
      "create table submission (id int primary key, study int references study, "
      "  \"user\" int references users on delete cascade deferrable initially deferred);"
      "create table mention (id int primary key, who int references users on delete cascade)");
  places.run(places.live(),
             "insert into study values (1), (2); insert into users select n, 'm' || n from "
             "generate_series(1, 30) n; insert into submission select n, 1 + n % 2, n from "
             "generate_series(1, 30) n");
  const std::vector<std::string> patterns = {"users", "submission"};
  places.run(places.candidate(), "insert into study values (1)");
  Done missing = opened(places, patterns)->copy_ahead();
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text(), HasSubstr("submission_study_fkey"));
  undo(places);

  places.run(places.candidate(),
             "insert into study values (2); alter table mention drop constraint mention_who_fkey; "
             "insert into mention values (1, 5), (2, 77); alter table mention add constraint "
             "mention_who_fkey foreign key (who) references users on delete cascade not valid; "
             "update pg_constraint set convalidated = true where conname = 'mention_who_fkey'");
  missing = opened(places, patterns)->copy_ahead();
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text(), HasSubstr("(77)"));
  EXPECT_THAT(missing.error().text(), HasSubstr("mention_who_fkey"));
  undo(places);
  places.run(places.candidate(), "delete from mention where id = 2");

  // Gone in the last moment: the candidate's own row would lead nowhere.
  {
    auto carrier = opened(places, patterns);
    must(carrier->copy_ahead());
    places.run(places.live(), "delete from users where id = 5");
    const Done refused = carrier->hold_and_finish();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(), HasSubstr("mention_who_fkey"));
  }
  undo(places);
  places.run(places.live(), "insert into users values (5, 'm5')");
  // The same address under another id, and a user whose rows follow.
  auto carrier = opened(places, patterns);
  must(carrier->copy_ahead());
  places.run(places.live(),
             "delete from users where id = 6; insert into users values (106, 'm6');"
             "insert into submission values (200, 2, 106)");
  must(carrier->hold_and_finish());
  places.flip();
  carrier->let_go();
  must(swap::carry::tidy(pg::real_connections(), places.live().place));
  EXPECT_EQ(places.sum(places.live(), "users"), places.sum(places.candidate(), "users"));
  EXPECT_EQ(places.sum(places.live(), "submission"), places.sum(places.candidate(), "submission"));
  EXPECT_EQ(places.ask(places.live(), "select count(*) from mention"), "1") << "a cascade went too far";
  EXPECT_EQ(places.ask(places.live(), "select count(*) from pg_constraint where not convalidated"), "0");
  EXPECT_EQ(places.ask(places.live(),
                       "select condeferred from pg_constraint where conname = 'submission_user_fkey' and "
                       "connamespace = 'portal'::regnamespace"),
            "t");
}

TEST(CarryEdges, TruncateIsAChangeLikeAnyOther) {
  Places places(Kept::database);
  places.run_both("create table t (a int, b text, primary key (a, b))");
  places.run(places.live(), "insert into t select n, 'x' from generate_series(1, 30000) n");
  auto carrier = opened(places, {"t"});
  must(carrier->copy_ahead());
  places.run(places.live(),
             "insert into t values (-1, 'before'); truncate t; insert into t values (1, 'after')");
  must(carrier->hold_and_finish());
  places.flip();
  carrier->let_go();
  must(swap::carry::tidy(pg::real_connections(), places.live().place));
  EXPECT_EQ(places.rows(places.live(), "t"), "(1,after)");
  places.run(places.live(),
             "insert into t select n, 'y' from generate_series(1, 50) n; truncate t; "
             "insert into t values (7, 'again')");
  const std::string own = places.sum(places.candidate(), "t");
  carrier = opened(places, {"t"}, true);
  must(carrier->copy_ahead());
  must(carrier->hold_and_finish());
  carrier.reset();
  undo(places);
  EXPECT_EQ(places.sum(places.candidate(), "t"), own);
  places.promote({"t"}, true);
  EXPECT_EQ(places.rows(places.live(), "t"), "(7,again)");
}

TEST(CarryEdges, PartitionsWrittenDirectly) {
  Places places(Kept::schema);
  places.run_both(
      "create table t (id int, k text, primary key (id, k)) partition by list (k); create table t_a "
      "partition of t for values in ('a'); create table t_b partition of t for values in ('b')");
  places.run(places.live(),
             "insert into t select n, case n % 2 when 0 then 'a' else 'b' end from "
             "generate_series(1, 100) n");
  places.promote({"t"});
  places.run(places.live(),
             "insert into t_a values (1000, 'a'); update t set k = 'b' where id = 2; delete from t_b "
             "where id = 3");
  const auto back = places.promote({"t"}, true);
  EXPECT_EQ(back.at("t").how, How::since);
  EXPECT_EQ(back.at("t").counts.inserted, 2);
  EXPECT_EQ(back.at("t").counts.deleted, 2);
  EXPECT_EQ(places.sum(places.live(), "t"), places.sum(places.candidate(), "t"));
  // A log cannot tell what a truncated partition held: so everything is copied, and said so.
  places.run(places.live(), "truncate t_a");
  const auto carrier = opened(places, {"t"}, true);
  EXPECT_THAT(carrier->notes(), Contains(HasSubstr("table t is copied as a whole")));
  places.promote({"t"}, true);
  EXPECT_EQ(places.ask(places.live(), "select count(*) from t_a"), "0");
  EXPECT_EQ(places.sum(places.live(), "t"), places.sum(places.candidate(), "t"));
}

TEST(CarryEdges, AnOwnerWhoIsNoSuperuser) {
  Places places(Kept::volume, "boss \"x\"");
  places.run_both(
      "create table big (id serial primary key, up int references big on delete cascade, t text);"
      "create function no() returns trigger language plpgsql as $$ begin raise 'fired'; end $$;");
  places.run(places.live(),
             "insert into big (t) select 'x' from generate_series(1, 25000) n; update big set up = id / 2 "
             "where id > 1");
  places.run(places.candidate(),
             "create trigger no before insert or delete on big for each row execute function no()");
  places.promote({"big"});
  EXPECT_EQ(places.sum(places.live(), "big"), places.sum(places.candidate(), "big"));
  EXPECT_EQ(places.ask(places.live(), "select tgenabled from pg_trigger where tgname = 'no'"), "O");
  places.run(places.live(), "update big set t = 'y' where id <= 5");
  places.promote({"big"}, true);
  EXPECT_EQ(places.sum(places.live(), "big"), places.sum(places.candidate(), "big"));
}

TEST(CarryEdges, LongTransactionsAreNotWaitedForWithoutEnd) {
  Places places(Kept::database);
  places.run_both("create table t (id int primary key)");
  places.run(places.live(), "insert into t values (1)");
  pg::Session writer = places.open(places.live());
  must(writer.script("begin; update t set id = 2"));
  swap::carry::Order order = places.order({"t"});
  order.hold_limit = Millis(3000);
  auto carrier = must(Carrier::open(pg::real_connections(), order));
  must(carrier->copy_ahead());
  const Done refused = carrier->hold_and_finish();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text(), HasSubstr("locked by others"));
  carrier.reset();
  undo(places);
  must(writer.script("commit"));
  places.promote({"t"});
  EXPECT_EQ(places.rows(places.live(), "t"), "(2)");
}

// X is left for Y, comes back, is left again: what its older log says is never mistaken for the newer.
TEST(CarryEdges, AnOldBaselineIsNotTakenForANewOne) {
  Places places(Kept::schema);
  places.run_both("create table t (id int primary key, n int)");
  places.run(places.live(), "insert into t select n, 0 from generate_series(1, 50) n");
  for (int round = 1; round <= 6; ++round) {
    places.promote({"t"}, round % 2 == 0);
    places.run(places.live(),
               fmt::format("update t set n = {0} where id = {0}; delete from t where id = 40 + {0}", round));
    auto aborted = opened(places, {"t"}, round % 2 == 1);
    must(aborted->copy_ahead());
    must(aborted->hold_and_finish());
    aborted.reset();
    undo(places);
    places.run(places.live(), fmt::format("insert into t values (100 + {}, 1)", round));
  }
  EXPECT_EQ(places.ask(places.live(), "select string_agg(n::text, ',' order by id) from t where id <= 6"),
            "1,2,3,4,5,6");
  EXPECT_EQ(places.ask(places.live(),
                       "select count(*) filter (where id > 40 and id <= 50) || ' ' || count(*) filter "
                       "(where id > 100) from t"),
            "4 6");
}

// Before a snapshot is removed: nothing that belongs to its tables stays, and the others keep theirs.
TEST(CarryEdges, ForgetsASnapshotThatGoes) {
  Places places(Kept::schema);
  places.run_both("create type mood as enum ('glad'); create table t (id mood primary key)");
  places.run(places.live(), "insert into t values ('glad')");
  places.promote({"t"});
  places.promote({"t"}, true);
  must(swap::carry::forget(pg::real_connections(), places.candidate().place));
  must(places.open(places.live())
           .script(fmt::format("drop table {0}.t; drop type {0}.mood; drop schema {0}",
                               pg::quoted(places.candidate().place.schema))));
  EXPECT_EQ(places.ask(places.live(), "select count(*) from slipway_carry.logs"), "1");
  must(swap::carry::forget(pg::real_connections(), places.live().place));
  EXPECT_EQ(places.ask(places.live(), "select to_regnamespace('slipway_carry')"), "");
}

}  // namespace
