// Tables that users write, through whole promotions and rollbacks: what they see and write through the front
// door, what plan and receipt say, and what is left of an attempt that fails.
#include <nlohmann/json.hpp>

#include "tests/support/harbour.hpp"

namespace slipway {
namespace {

using nlohmann::json;
using swap::Outcome;
using test::Harbour;
using test::must;

constexpr const char* carry = ", carry: [users, submission_*]";
constexpr const char* tables = R"(
create table users (id bigint generated always as identity primary key, name text unique);
create table submission_review (id serial primary key, "user" bigint not null references users, text text);
grant select, insert, update, delete on users, submission_review to portal;
grant select on users to portal_read;
grant usage on submission_review_id_seq to portal;
)";

std::string ask(const Harbour& harbour, const std::string& sql) {
  pg::Session session = must(pg::Session::open(harbour.door("portal")));
  const pg::Rows rows = must(session.query(sql));
  return rows.empty() ? "" : rows.string(0, 0);
}

json plan_of(const Harbour& harbour, swap::Direction direction) {
  swap::Order order;
  order.wish.direction = direction;
  return must(swap::preview(harbour.context(), order));
}

TEST(CarryPromotion, GoesAndComesBackThroughTheFrontDoor) {
  Harbour harbour(carry);
  const std::string one = harbour.build(10, tables);
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  ask(harbour, "insert into users (name) values ('maria'), ('li') returning id");
  ask(harbour, "insert into submission_review (\"user\", text) values (1, 'good') returning id");

  const std::string two = harbour.build(10, tables);
  const json plan = plan_of(harbour, swap::Direction::forward);
  ASSERT_EQ(plan.at("carry").size(), 2u);
  EXPECT_EQ(plan.at("carry").at(1).at("table"), "users");
  EXPECT_EQ(plan.at("carry").at(1).at("rows"), 2);
  const swap::Receipt there = harbour.promote();
  ASSERT_EQ(there.outcome, Outcome::promoted) << there.reason;
  EXPECT_EQ(to_json(there).at("carried"), json({{"users", 2}, {"submission_review", 1}}));
  std::vector<std::string> taken;
  for (const swap::JournalStep& step : there.steps) taken.push_back(step.step);
  EXPECT_EQ(plan.at("steps").get<std::vector<std::string>>(), taken);
  EXPECT_EQ(ask(harbour, "insert into users (name) values ('ada') returning id"), "3");
  ask(harbour, "update users set name = 'Li' where id = 2 returning id");

  EXPECT_EQ(plan_of(harbour, swap::Direction::back).at("carry").at(1).at("changed"), 2);
  const swap::Receipt back = harbour.roll_back();
  ASSERT_EQ(back.outcome, Outcome::promoted) << back.reason;
  EXPECT_EQ(to_json(back).at("carried"), json({{"users", 2}, {"submission_review", 0}}));
  EXPECT_EQ(harbour.seen(), one);
  EXPECT_EQ(ask(harbour, "select string_agg(name, ' ' order by id) from users"), "maria Li ada");
}

TEST(CarryPromotion, RefusesWhatItWouldLoseBeforeAnybodyIsHeld) {
  Harbour harbour(carry);
  const std::string one = harbour.build(10, tables);
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  ask(harbour, "insert into users (name) values ('maria') returning id");
  harbour.build(10, "create table users (id bigint primary key); create table submission_review (id int);");
  // Though the structure's own guardrails are overruled.
  const swap::Receipt refused =
      harbour.promote_allowing({"columns", "constraints", "sequences", "grants", "client_shape"});
  EXPECT_EQ(refused.outcome, Outcome::refused);
  EXPECT_NE(refused.reason.find("column name of table users"), std::string::npos) << refused.reason;
  EXPECT_EQ(refused.pause_ms, 0);
  EXPECT_EQ(harbour.seen(), one);
  EXPECT_EQ(ask(harbour, "select to_regnamespace('slipway_carry')::text"), "");
}

// Holds on the candidate itself, and never through the front door's reader.
TEST(CarryPromotion, TheWayBackCarriesToo) {
  Harbour harbour(
      std::string(carry) +
      ", verify_timeout: 1s, verify: [{sql: \"select current_user = 'slipway' or (select count(*) > 9 "
      "from cargo)\"}]");
  const std::string one = harbour.build(10, tables);
  const swap::Receipt first = harbour.promote();
  ASSERT_EQ(first.outcome, Outcome::promoted) << first.reason;
  harbour.build(9, tables);
  ask(harbour, "insert into users (name) values ('li'), ('maria') returning id");
  const swap::Receipt receipt = harbour.promote();
  EXPECT_EQ(receipt.outcome, Outcome::rolled_back) << receipt.reason;
  EXPECT_EQ(to_json(receipt).at("carried").at("users"), 0) << "nobody wrote to the new one";
  EXPECT_EQ(harbour.live(), one);
  EXPECT_EQ(ask(harbour, "insert into users (name) values ('next') returning id"), "3");
}

}  // namespace
}  // namespace slipway
