// Tables that users write in schema mode: what hangs on them from outside, and what is left of them when
// their snapshot goes.
#include <gmock/gmock.h>

#include "tests/support/schema_mode.hpp"

namespace slipway {
namespace {

using swap::Outcome;
using testing::HasSubstr;

constexpr const char* tables =
    "create type mood as enum ('glad', 'sad');"
    "create table users (id bigint primary key, name text);"
    "create table votes (mood mood primary key, number int)";

class CarrySchema : public test::SchemaMode {
 protected:
  CarrySchema() : SchemaMode(", deadline: 20s, carry: [users, votes]") {}

  // What carry remembers of tables that are there no more.
  std::string leftovers() {
    return berth_.value(
        "select string_agg(x, ' ') from (select relname from pg_class where relnamespace = "
        "to_regnamespace('slipway_carry') and relkind = 'r' and relname ~ '_[0-9]+$' and not exists (select "
        "from "
        "pg_class t where t.oid::text = substring(pg_class.relname from '[0-9]+$')) union all select 'log of "
        "' || "
        "carried from slipway_carry.logs where not exists (select from pg_class where oid = carried)) l(x)");
  }
};

TEST_F(CarrySchema, WithASnapshotGoesWhatCarryKnewOfIt) {
  build(tables);
  promoted();
  berth_.run("insert into portal.users values (1, 'maria'); insert into portal.votes values ('sad', 3)");
  const std::string logged = build(tables);
  promoted();
  berth_.run("insert into portal.users values (2, 'li')");
  const std::string previous = build(tables);
  promoted();
  build(tables);
  promoted();
  ASSERT_EQ(leftovers(), "");
  remove(logged);
  EXPECT_FALSE(berth_.anything_left_of(logged));
  EXPECT_EQ(leftovers(), "");
  // What is left still comes back, counted exactly.
  berth_.run("update portal.votes set number = 4");
  const swap::Receipt back = berth_.roll_back();
  ASSERT_EQ(back.outcome, Outcome::promoted) << back.reason;
  EXPECT_EQ(back.carried.at("votes"), 1);
  EXPECT_EQ(berth_.seen(), previous);
  EXPECT_EQ(berth_.value("select string_agg(name, ' ' order by id) from portal.users"), "maria li");
  EXPECT_EQ(berth_.value("select number from portal.votes"), "4");
}

TEST_F(CarrySchema, WhatNeedsALockOfACarriedTableIsRefusedByNameBeforeAnybodyIsHeld) {
  const std::string first = build(tables);
  promoted();
  berth_.run("insert into portal.users values (1, 'maria'); create schema reporting authorization keeper");
  test::must(
      berth_.as("keeper").script("create table reporting.note (author bigint references portal.users);"
                                 "create view reporting.names as select name from portal.users"));
  berth_.run("create publication changes for table portal.votes; alter publication changes owner to keeper");
  build(tables);
  EXPECT_THAT(blockers(), HasSubstr("note_author_fkey"));
  const swap::Receipt refused = berth_.promote();
  EXPECT_EQ(refused.outcome, Outcome::refused);
  EXPECT_THAT(refused.reason,
              HasSubstr("note_author_fkey on table reporting.note: it needs table portal.users"));
  EXPECT_THAT(refused.reason, HasSubstr("publication changes: it needs table portal.votes"));
  EXPECT_EQ(refused.pause_ms, 0);
  EXPECT_EQ(berth_.seen(), first);
  berth_.run("alter table reporting.note drop constraint note_author_fkey; drop publication changes");
  promoted();
  EXPECT_EQ(berth_.value("select name from reporting.names"), "maria") << "a view goes along";
}

}  // namespace
}  // namespace slipway
