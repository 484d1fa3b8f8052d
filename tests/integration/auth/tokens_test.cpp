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
  const config::Auth nobody;
};
std::unique_ptr<test::Cluster> Tokens::cluster;

TEST_F(Tokens, AreRecognisedUntilTheyAreRevoked) {
  const auto made = create_token(session, {"nightly", Role::ingest, Seconds(30 * 86'400)}, admin, "command");
  ASSERT_TRUE(made);
  const auto caller = recognise(session, nobody, made->text);
  ASSERT_TRUE(caller);
  ASSERT_TRUE(*caller);
  EXPECT_EQ((*caller)->role, Role::ingest);
  EXPECT_EQ((*caller)->actor, "token 1 (nightly)");
  EXPECT_FALSE(tokens_of(session, admin)->front().last_used_at.empty());
  ASSERT_TRUE(revoke_token(session, made->token.id, admin, "command"));
  EXPECT_FALSE(recognise(session, nobody, made->text)->has_value());
  EXPECT_FALSE(tokens_of(session, admin)->front().valid);
}

TEST_F(Tokens, ExpiredAndUnknownOnesAreNotRecognised) {
  const auto made = create_token(session, {"old", Role::read, Seconds(60)}, admin, "command");
  ASSERT_TRUE(made);
  ASSERT_TRUE(session.script("update slipway.tokens set expires_at = now() - interval '1 s'"));
  EXPECT_FALSE(recognise(session, nobody, made->text)->has_value());
  EXPECT_FALSE(recognise(session, nobody, new_token_text())->has_value());
  EXPECT_FALSE(recognise(session, nobody, "' or true --")->has_value());
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

TEST_F(Tokens, OfAPersonHoldWhatThePersonHoldsNow) {
  config::Auth auth;
  auth.allow["0000-0002-1825-0097"].role = Role::promote;
  const Caller josiah{"0000-0002-1825-0097 (Josiah)", Role::promote, "0000-0002-1825-0097", "Josiah", 0};
  const auto made = create_token(session, {"his", Role::promote, {}}, josiah, "test");
  ASSERT_TRUE(made);
  EXPECT_EQ((*recognise(session, auth, made->text))->role, Role::promote);
  auth.allow["0000-0002-1825-0097"].role = Role::read;
  EXPECT_EQ((*recognise(session, auth, made->text))->role, Role::read) << "shrunk";
  auth.allow.clear();
  EXPECT_FALSE(recognise(session, auth, made->text)->has_value()) << "gone";
}

TEST_F(Tokens, MadeByATokenEndWithItAndNoLaterThanIt) {
  const auto parent = create_token(session, {"parent", Role::ingest, Seconds(3600)}, admin, "test");
  ASSERT_TRUE(parent);
  const Caller caller = **recognise(session, nobody, parent->text);
  const auto child = create_token(session, {"child", Role::read, {}}, caller, "test");
  ASSERT_TRUE(child);
  EXPECT_EQ(child->token.expires_at, parent->token.expires_at);
  const auto grandchild = create_token(session, {"grandchild", Role::read, {}},
                                       **recognise(session, nobody, child->text), "test");
  ASSERT_TRUE(grandchild);
  const auto stranger = create_token(session, {"stranger", Role::ingest, {}}, admin, "test");
  EXPECT_EQ(tokens_of(session, caller)->size(), 2u) << "itself and what it made";
  EXPECT_EQ(revoke_token(session, stranger->token.id, caller, "test").error().kind(), Kind::usage);
  ASSERT_TRUE(revoke_token(session, parent->token.id, admin, "test"));
  EXPECT_FALSE(recognise(session, nobody, child->text)->has_value());
  EXPECT_FALSE(recognise(session, nobody, grandchild->text)->has_value());
  EXPECT_TRUE(recognise(session, nobody, stranger->text)->has_value());
}

TEST_F(Tokens, RefusesNonsense) {
  EXPECT_EQ(create_token(session, {"", Role::read, {}}, admin, "x").error().kind(), Kind::usage);
  EXPECT_EQ(create_token(session, {"a\nb", Role::read, {}}, admin, "x").error().kind(), Kind::usage);
  for (const long long days : {0, -1, 3651}) EXPECT_EQ(life_of(days).error().kind(), Kind::usage);
  EXPECT_EQ(revoke_token(session, 77, admin, "x").error().kind(), Kind::usage);
}

}  // namespace
}  // namespace slipway::auth
