// API tokens on a real server.
#include "auth/tokens.hpp"

#include <gtest/gtest.h>

#include "auth/token_text.hpp"
#include "migrations/runner.hpp"
#include "tests/support/cluster.hpp"

namespace slipway::auth {
namespace {

class Tokens : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  void SetUp() override { ASSERT_TRUE(migrations::migrate(cluster->conninfo(database))); }
  static std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
  pg::Session session = cluster->session(database);
  const Caller admin{"maria@host", Role::admin};
};
std::unique_ptr<test::Cluster> Tokens::cluster;

TEST_F(Tokens, AreRecognisedUntilTheyAreRevoked) {
  const auto made = create_token(session, {"nightly", Role::ingest, 30}, admin, "command");
  ASSERT_TRUE(made);
  const auto caller = recognise(session, made->text);
  ASSERT_TRUE(caller);
  ASSERT_TRUE(*caller);
  EXPECT_EQ((*caller)->role, Role::ingest);
  EXPECT_EQ((*caller)->actor, "token 1 (nightly)");
  EXPECT_FALSE(list_tokens(session)->front().last_used_at.empty());
  ASSERT_TRUE(revoke_token(session, made->token.id, admin, "command"));
  EXPECT_FALSE(recognise(session, made->text)->has_value());
  EXPECT_FALSE(list_tokens(session)->front().valid);
}

TEST_F(Tokens, ExpiredAndUnknownOnesAreNotRecognised) {
  const auto made = create_token(session, {"old", Role::read, 1}, admin, "command");
  ASSERT_TRUE(made);
  ASSERT_TRUE(session.script("update slipway.tokens set expires_at = now() - interval '1 s'"));
  EXPECT_FALSE(recognise(session, made->text)->has_value());
  EXPECT_FALSE(recognise(session, new_token_text())->has_value());
  EXPECT_FALSE(recognise(session, "' or true --")->has_value());
}

TEST_F(Tokens, NeverHoldMoreThanTheirMaker) {
  const auto made = create_token(session, {"up", Role::promote, {}}, {"token 9", Role::ingest}, "command");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), Kind::refused);
}

TEST_F(Tokens, TheirTextStandsNowhere) {
  const auto made = create_token(session, {"secret", Role::admin, {}}, admin, "command");
  ASSERT_TRUE(made);
  const auto found = session.query(
      "select (select count(*) from slipway.tokens t where position($1 in t::text) > 0)"
      " + (select count(*) from slipway.audit a where position($1 in a::text) > 0)",
      {made->text});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number(0, 0), 0);
}

TEST_F(Tokens, RefusesNonsense) {
  EXPECT_EQ(create_token(session, {"", Role::read, {}}, admin, "x").error().kind(), Kind::usage);
  EXPECT_EQ(create_token(session, {"n", Role::read, 0}, admin, "x").error().kind(), Kind::usage);
  EXPECT_EQ(revoke_token(session, 77, admin, "x").error().kind(), Kind::usage);
}

}  // namespace
}  // namespace slipway::auth
