// Tables that users write, over to a candidate and back again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "swap/carry/shorten.hpp"
#include "tests/integration/swap/carry_places.hpp"

using namespace slipway;
using namespace slipway::test;
using swap::carry::Carrier;
using swap::carry::How;
using testing::HasSubstr;

namespace {

constexpr const char* hostile_tables = R"(
create type mood as enum ('glad', 'so ''so''', E'tab\there');
create type spot as (x int, name text);
create table "Users" (
  id bigint generated always as identity primary key,
  "E-Mail ""quoted""" text not null unique,
  moods mood[], home spot, price numeric, weight float8, seen timestamptz, span interval, doc jsonb, xmlish xml,
  bytes bytea, tags text[], money money,
  shout text generated always as (upper("E-Mail ""quoted""")) stored);
create table submission_review (
  "user" bigint references "Users" on delete cascade, round int, text text,
  primary key ("user", round));
create table submission_note (note text, score real);
create table journal_of_triggers (what text);
create function tell() returns trigger language plpgsql as $$
begin execute format('insert into %I.journal_of_triggers values (%L)', tg_table_schema, tg_op); return null; end $$;
create trigger tell after insert or update or delete on "Users" for each row execute function tell();
)";

constexpr const char* hostile_rows = R"(
insert into "Users" ("E-Mail ""quoted""", moods, home, price, weight, seen, span, doc, xmlish, bytes, tags, money)
select n || E'@\\N \t\n\\.''"|,é😀' , array['glad', E'tab\there']::mood[], row(n, 'a,"b")(')::spot,
  case n % 3 when 0 then 'NaN' when 1 then n * 1.000000000000000000001 else 'Infinity' end::numeric,
  case n % 4 when 0 then 'NaN' when 1 then '-Infinity' when 2 then 1e-300 else n / 3.0 end::float8,
  case n % 2 when 0 then 'infinity' else now() - n * interval '1 day' end, interval '1 mon -3 days 04:05:06.789' * n,
  jsonb_build_object('n', n, 'text', E'\\u0041 "\\'), '<a>&amp;</a>', decode('00ff5c0a', 'hex'),
  array['', null, 'NULL', '{}', '"']::text[], n::text::money
from generate_series(1, 300) n;
insert into submission_review select id, r, 'text ' || r from "Users", generate_series(1, 3) r;
insert into submission_note values ('twice', 1.5), ('twice', 1.5), (null, 'NaN'), (E'\\N', null);
)";

const std::vector<std::string> patterns = {"Users", "submission_*"};

class Carry : public testing::TestWithParam<Kept> {
 protected:
  Places places{GetParam()};
};

TEST_P(Carry, BringsEveryValueOverAndBack) {
  places.run_both(hostile_tables);
  places.run(places.live(), hostile_rows);
  const std::string users = places.rows(places.live(), "\"Users\"");
  const auto carried = places.promote(patterns);
  EXPECT_EQ(carried.at("Users").counts.rows, 300);
  EXPECT_EQ(carried.at("submission_review").counts.rows, 900);
  EXPECT_EQ(carried.at("submission_note").counts.rows, 4);
  EXPECT_EQ(places.rows(places.live(), "\"Users\""), users);
  for (const char* table : {"submission_review", "submission_note"})
    EXPECT_EQ(places.rows(places.live(), table), places.rows(places.candidate(), table));
  EXPECT_EQ(places.ask(places.live(), "select count(*) from journal_of_triggers"), "0")
      << "a trigger fired again";
  EXPECT_EQ(places.ask(places.live(), "select count(*) from pg_constraint where not convalidated"), "0");

  // What users do now comes back with a rollback, and nothing else is touched.
  places.run(places.live(), R"(
    insert into "Users" ("E-Mail ""quoted""") values ('new one'), ('and gone again');
    delete from "Users" where "E-Mail ""quoted""" = 'and gone again';
    update "Users" set price = -1 where id <= 10;
    delete from "Users" where id in (20, 21);
    update "Users" set "E-Mail ""quoted""" = 'swapped' where id = 30;
    update submission_review set round = 7 where "user" = 40 and round = 1;
    insert into submission_note values ('after'))");
  const auto back = places.promote(patterns, true);
  EXPECT_EQ(back.at("Users").how, How::since);
  EXPECT_EQ(back.at("Users").counts.inserted, 1);
  EXPECT_EQ(back.at("Users").counts.updated, 11);
  EXPECT_EQ(back.at("Users").counts.deleted, 2);
  EXPECT_EQ(back.at("submission_review").counts.inserted, 1);
  EXPECT_EQ(back.at("submission_review").counts.deleted, 7);
  for (const char* table : {"\"Users\"", "submission_review", "submission_note"})
    EXPECT_EQ(places.rows(places.live(), table), places.rows(places.candidate(), table));
  // The next id goes on where the other left off: 301 and 302 were given.
  EXPECT_EQ(places.ask(places.live(),
                       "insert into \"Users\" (\"E-Mail \"\"quoted\"\"\") values ('next') returning id"),
            "303");
}

constexpr const char* ledger = "create table ledger (a int, b text, v int, primary key (a, b))";

// Live, with a log that knows the other place.
void promote_ledger(Places& places) {
  places.run_both(ledger);
  places.run(places.live(), "insert into ledger select n, 'b ' || n, 0 from generate_series(1, 20) n");
  places.promote({"ledger"});
}

TEST_P(Carry, AShortLogBringsTheSameRowsBack) {
  promote_ledger(places);
  const auto length = [&] {
    return places.ask(
        places.live(),
        "select n_live from (select (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from "
        "slipway_carry.%I', relname), false, true, '')))[1]::text as n_live from pg_class where relname "
        "= 'log_' || 'ledger'::regclass::oid) counted");
  };
  places.run(places.live(),
             "do $$ begin for i in 1..50 loop update ledger set v = v + 1; end loop; end $$;"
             "delete from ledger where a = 1; update ledger set b = 'other' where a = 2;"
             "insert into ledger values (100, 'new', 0)");
  EXPECT_EQ(length(), "1025");  // with the 20 that came over, and what was emptied for them
  pg::Session session = places.open(places.live());
  EXPECT_EQ(must(swap::carry::shorten_logs(session)), 0) << "so few are not worth it";
  EXPECT_EQ(must(swap::carry::shorten_logs(session, 0)), 1002);
  EXPECT_EQ(length(), "23");
  places.run(places.live(), "update ledger set v = -1 where a in (5, 6)");
  EXPECT_EQ(must(swap::carry::shorten_logs(session, 0)), 0) << "fewer have come than are kept";
  const auto back = places.promote({"ledger"}, true);
  EXPECT_EQ(back.at("ledger").how, How::since);
  EXPECT_EQ(back.at("ledger").counts.inserted, 2);
  EXPECT_EQ(back.at("ledger").counts.updated, 18);
  EXPECT_EQ(back.at("ledger").counts.deleted, 2);
  EXPECT_EQ(places.rows(places.live(), "ledger"), places.rows(places.candidate(), "ledger"));
}

TEST_P(Carry, AShortLogKnowsOfATruncation) {
  promote_ledger(places);
  places.run(places.live(), "update ledger set v = 1; truncate ledger");
  places.run(places.live(),
             "insert into ledger values (7, 'b 7', 7), (8, 'new', 8); update ledger set v = v + 1;"
             "update ledger set v = v + 1");
  pg::Session session = places.open(places.live());
  EXPECT_GT(must(swap::carry::shorten_logs(session, 0)), 0);
  const auto back = places.promote({"ledger"}, true);
  EXPECT_EQ(places.ask(places.live(), "select string_agg(a || b || v, ', ' order by a) from ledger"),
            "7b 79, 8new10");
}

// Whoever writes while it goes on: what is acknowledged later is not forgotten.
TEST_P(Carry, LogsAreShortenedBesideWriters) {
  promote_ledger(places);
  std::atomic<bool> enough = false;
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 3; ++writer)
    writers.emplace_back([&, writer] {
      pg::Session session = places.open(places.live());
      for (int round = 0; !enough; ++round)
        must(session.script(
            fmt::format("begin; update ledger set v = v + 1 where a = {0}; {1}; "
                        "update ledger set v = v + 1 where a = {2}; commit",
                        1 + round % 10, round % 3 ? "select" : "select pg_sleep(0.002)", 11 + writer)));
    });
  pg::Session session = places.open(places.live());
  std::int64_t removed = 0;
  for (int round = 0; round < 40; ++round) {
    removed += must(swap::carry::shorten_logs(session, 10));
    real_clock().sleep(Millis(10));
  }
  enough = true;
  writers.clear();
  EXPECT_GT(removed, 0);
  places.promote({"ledger"}, true);
  EXPECT_EQ(places.rows(places.live(), "ledger"), places.rows(places.candidate(), "ledger"));
}

INSTANTIATE_TEST_SUITE_P(Modes, Carry, testing::Values(Kept::volume, Kept::database, Kept::schema),
                         [](const auto& info) { return name(info.param); });

}  // namespace
