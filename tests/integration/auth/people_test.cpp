// Sign-ins, sessions and the allow-list on a real server: what is used once, what ends, and when.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "auth/allow_list.hpp"
#include "auth/sign_ins.hpp"
#include "auth/web_sessions.hpp"
#include "migrations/audit.hpp"
#include "migrations/runner.hpp"
#include "tests/support/cluster.hpp"

namespace slipway::auth {
namespace {

constexpr const char* josiah = "0000-0002-1825-0097";
constexpr const char* jane = "0000-0001-5109-3700";

class People : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }
  void SetUp() override { ASSERT_TRUE(migrations::migrate(cluster->conninfo(database))); }
  void run(const std::string& sql) { ASSERT_TRUE(session.script(sql)) << sql; }
  Kind kind_of_disallow(const char* orcid) {
    const auto done = disallow(session, config, orcid, admin, "test");
    return done ? Kind::failed : done.error().kind();
  }

  static inline std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
  pg::Session session = cluster->session(database);
  config::Auth config;
  const Caller admin{"maria@host", Role::admin};
  const std::string browser = new_cookie_secret();
};

TEST_F(People, ASignInIsUsedOnceAndByItsOwnBrowser) {
  const Secrets secrets = new_secrets();
  ASSERT_TRUE(begin_sign_in(session, secrets, browser, "/docs", "127.0.0.1"));
  EXPECT_FALSE(take_sign_in(session, secrets.state, new_cookie_secret())->has_value()) << "another browser";
  EXPECT_FALSE(take_sign_in(session, secrets.state, "")->has_value());
  EXPECT_FALSE(take_sign_in(session, secrets.state + "'", browser)->has_value());
  const auto pending = take_sign_in(session, secrets.state, browser);
  ASSERT_TRUE(pending && *pending);
  EXPECT_EQ((*pending)->nonce, secrets.nonce);
  EXPECT_EQ((*pending)->return_to, "/docs");
  EXPECT_FALSE(take_sign_in(session, secrets.state, browser)->has_value()) << "used";
}

TEST_F(People, OfTwoThatComeAtOnceOneIsLetIn) {
  const Secrets secrets = new_secrets();
  ASSERT_TRUE(begin_sign_in(session, secrets, browser, "/", "127.0.0.1"));
  std::atomic<int> taken = 0;
  {
    std::vector<std::jthread> all;
    for (int i = 0; i < 8; ++i)
      all.emplace_back([&] {
        pg::Session own = cluster->session(database);
        const auto pending = take_sign_in(own, secrets.state, browser);
        taken += pending && pending->has_value();
      });
  }
  EXPECT_EQ(taken, 1);
}

TEST_F(People, ASignInExpiresAndTheirNumberIsBounded) {
  const Secrets late = new_secrets();
  ASSERT_TRUE(begin_sign_in(session, late, browser, "/", "127.0.0.1"));
  run("update slipway.sign_ins set begun_at = now() - interval '11 minutes'");
  EXPECT_FALSE(take_sign_in(session, late.state, browser)->has_value());
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(begin_sign_in(session, new_secrets(), browser, "/", "10.0.0.1"));
  EXPECT_EQ(begin_sign_in(session, new_secrets(), browser, "/", "10.0.0.1").error().kind(), Kind::busy);
  EXPECT_TRUE(begin_sign_in(session, new_secrets(), browser, "/", "10.0.0.2")) << "others still can";
}

TEST_F(People, ASessionEndsIdleAndInAnyCase) {
  config.allow[josiah].role = Role::ingest;
  const auto secret = open_web_session(session, {josiah, "Josiah"}, Role::ingest, "127.0.0.1");
  ASSERT_TRUE(secret);
  const auto caller = find_web_session(session, config, *secret);
  ASSERT_TRUE(caller && *caller);
  EXPECT_EQ((*caller)->actor, "0000-0002-1825-0097 (Josiah)");
  EXPECT_EQ((*caller)->role, Role::ingest);
  run("update slipway.web_sessions set seen_at = now() - interval '119 minutes'");
  EXPECT_TRUE(find_web_session(session, config, *secret)->has_value());
  EXPECT_TRUE(
      session.query("select seen_at > now() - interval '1 minute' from slipway.web_sessions")->truth(0, 0))
      << "a request keeps it";
  run("update slipway.web_sessions set seen_at = now() - interval '121 minutes'");
  EXPECT_FALSE(find_web_session(session, config, *secret)->has_value()) << "idle";
  run("update slipway.web_sessions set seen_at = now(), began_at = now() - interval '721 minutes'");
  EXPECT_FALSE(find_web_session(session, config, *secret)->has_value()) << "too old";
}

TEST_F(People, ASessionEndsWithTheListAndWithTheNextSignIn) {
  ASSERT_TRUE(allow(session, config, josiah, Role::promote, admin, "test"));
  const auto first = open_web_session(session, {josiah, ""}, Role::promote, "test");
  const auto second = open_web_session(session, {josiah, ""}, Role::promote, "test", *first);
  EXPECT_FALSE(find_web_session(session, config, *first)->has_value()) << "rotated";
  EXPECT_EQ((*find_web_session(session, config, *second))->role, Role::promote);
  ASSERT_TRUE(allow(session, config, josiah, Role::read, admin, "test"));
  EXPECT_EQ((*find_web_session(session, config, *second))->role, Role::read);
  ASSERT_TRUE(disallow(session, config, josiah, admin, "test"));
  EXPECT_FALSE(find_web_session(session, config, *second)->has_value());
  ASSERT_TRUE(allow(session, config, josiah, Role::read, admin, "test"));
  EXPECT_FALSE(find_web_session(session, config, *second)->has_value()) << "it does not come back";
}

TEST_F(People, NoSecretIsKept) {
  const Secrets secrets = new_secrets();
  ASSERT_TRUE(begin_sign_in(session, secrets, browser, "/", "127.0.0.1"));
  const auto secret = open_web_session(session, {josiah, ""}, Role::read, "test");
  const auto found = session.query(
      "select (select count(*) from slipway.web_sessions w where position($1 in w::text) > 0)"
      " + (select count(*) from slipway.sign_ins s where position($2 in s::text) > 0 or position($3 in "
      "s::text) > 0)"
      " + (select count(*) from slipway.audit a where position($1 in a::text) > 0)",
      {*secret, secrets.state, browser});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number(0, 0), 0);
}

TEST_F(People, TheConfigsEntriesStandFirst) {
  ASSERT_TRUE(allow(session, config, josiah, Role::admin, admin, "test"));
  config.allow[josiah].role = Role::read;
  EXPECT_EQ(**role_of(session, config, josiah), Role::read);
  EXPECT_EQ(kind_of_disallow(josiah), Kind::refused);
  EXPECT_EQ(allow(session, config, josiah, Role::admin, admin, "test").error().kind(), Kind::refused);
  EXPECT_EQ(list_allowed(session, config)->size(), 1u);
  EXPECT_FALSE(role_of(session, config, jane)->has_value());
}

TEST_F(People, TheLastAdminStays) {
  ASSERT_TRUE(allow(session, config, josiah, Role::admin, admin, "test"));
  EXPECT_EQ(kind_of_disallow(josiah), Kind::refused);
  EXPECT_EQ(allow(session, config, josiah, Role::promote, admin, "test").error().kind(), Kind::refused);
  ASSERT_TRUE(allow(session, config, jane, Role::promote, admin, "test")) << "who was no admin may change";
  ASSERT_TRUE(disallow(session, config, jane, admin, "test"));
  ASSERT_TRUE(allow(session, config, jane, Role::admin, admin, "test"));
  std::atomic<int> removed = 0;
  {
    std::vector<std::jthread> both;
    for (const char* one : {josiah, jane})
      both.emplace_back([&, one] {
        pg::Session own = cluster->session(database);
        removed += static_cast<bool>(disallow(own, config, one, admin, "test"));
      });
  }
  EXPECT_EQ(removed, 1) << "each other, at once";
  config.allow["0000-0002-1694-233X"].role = Role::admin;
  for (const char* one : {josiah, jane}) (void)disallow(session, config, one, admin, "test");
  EXPECT_EQ(list_allowed(session, config)->size(), 1u) << "the config has one";
}

TEST_F(People, NonsenseIsRefused) {
  for (const char* bad :
       {"", "*", "0000-0002-1825-0098", "https://orcid.org/0000-0002-1825-0097", "0000-0002-1694-233x"})
    EXPECT_EQ(allow(session, config, bad, Role::read, admin, "test").error().kind(), Kind::usage) << bad;
  EXPECT_EQ(kind_of_disallow("'; drop table slipway.allowed; --"), Kind::usage);
}

TEST_F(People, TheAuditKnowsAndSurvives) {
  ASSERT_TRUE(allow(session, config, josiah, Role::read, admin, "10.0.0.1"));
  const auto secret = open_web_session(session, {josiah, "Josiah"}, Role::read, "10.0.0.2");
  ASSERT_TRUE(close_web_session(session, *secret, "10.0.0.2"));
  ASSERT_TRUE(disallow(session, config, josiah, admin, "10.0.0.1"));
  audit::Filter filter;
  filter.limit = 3;
  const auto page = audit::list(session, filter);
  ASSERT_TRUE(page) << page.error().text();
  ASSERT_EQ(page->entries.size(), 3u);
  EXPECT_NE(page->entries[0].find("allow.remove"), std::string::npos);
  EXPECT_NE(page->entries[1].find("sign_out"), std::string::npos);
  filter.before = page->next;
  const auto rest = audit::list(session, filter);
  ASSERT_EQ(rest->entries.size(), 1u);
  EXPECT_NE(rest->entries[0].find("10.0.0.1"), std::string::npos);
  EXPECT_EQ(rest->next, 0);
  filter = {};
  filter.actor = "0000-0002-1825-0097 (Josiah)";
  EXPECT_EQ(audit::list(session, filter)->entries.size(), 2u);
}

}  // namespace
}  // namespace slipway::auth
