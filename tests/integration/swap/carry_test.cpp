// Tables that users write, over to a candidate and back again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

INSTANTIATE_TEST_SUITE_P(Modes, Carry, testing::Values(Kept::volume, Kept::database, Kept::schema),
                         [](const auto& info) { return name(info.param); });

}  // namespace
