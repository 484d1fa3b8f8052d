// Tables that users write, through promotions of a target that is a database, by a role that is no superuser.
#include <nlohmann/json.hpp>

#include "tests/support/berth.hpp"

namespace slipway {
namespace {

using nlohmann::json;
using namespace test;
using swap::Outcome;

class CarriedDatabase : public testing::Test {
 protected:
  std::string build() {
    const std::unique_ptr<swap::Engine> engine = berth.engine();
    swap::Build build = berth.begin(*engine, 10);
    pg::Session session = must(swap::enter(berth.context().seams, build.place));
    must(
        session.script("create table users (id serial primary key, name text); grant all on users to public;"
                       "grant all on users_id_seq to public"));
    must(engine->finish(build));
    return build.manifest.id;
  }
  std::string ask(const std::string& sql) const {
    pg::Session session = must(pg::Session::open(berth.client()));
    const pg::Rows rows = must(session.query(sql));
    return rows.empty() ? "" : rows.string(0, 0);
  }
  DatabaseBerth berth{", carry: [users], deadline: 5s"};
};

TEST_F(CarriedDatabase, GoesAndComesBack) {
  const std::string one = build();
  ASSERT_EQ(berth.promote().outcome, Outcome::promoted);
  ask("insert into users (name) values ('maria') returning id");
  build();
  const swap::Receipt there = berth.promote();
  ASSERT_EQ(there.outcome, Outcome::promoted) << there.reason;
  EXPECT_EQ(to_json(there).at("carried"), json({{"users", 1}}));
  EXPECT_EQ(ask("insert into users (name) values ('li') returning id"), "2");
  ask("update users set name = 'Maria' where id = 1 returning id");
  const swap::Receipt back = berth.roll_back();
  ASSERT_EQ(back.outcome, Outcome::promoted) << back.reason;
  EXPECT_EQ(to_json(back).at("carried"), json({{"users", 2}}));
  EXPECT_EQ(berth.live(), one);
  EXPECT_EQ(ask("select string_agg(name, ' ' order by id) from users"), "Maria li");
}

// What is in the way stays there past the deadline: the rows that were carried are taken back.
TEST_F(CarriedDatabase, AnAbortTakesBack) {
  build();
  ASSERT_EQ(berth.promote().outcome, Outcome::promoted);
  ask("insert into users (name) values ('maria') returning id");
  const std::string two = build();
  pg::Session writer = must(pg::Session::open(berth.client()));
  must(writer.script("begin; insert into users (name) values ('li')"));
  const swap::Receipt aborted = berth.promote();
  EXPECT_EQ(aborted.outcome, Outcome::aborted) << aborted.reason;
  EXPECT_NE(aborted.reason.find("locked by others"), std::string::npos) << aborted.reason;
  EXPECT_EQ(aborted.reason.find("taken back by the next"), std::string::npos) << aborted.reason;
  must(writer.script("commit"));
  const swap::Receipt there = berth.promote();
  ASSERT_EQ(there.outcome, Outcome::promoted) << there.reason;
  EXPECT_EQ(to_json(there).at("carried"), json({{"users", 2}}));
  EXPECT_EQ(berth.live(), two);
}

}  // namespace
}  // namespace slipway
