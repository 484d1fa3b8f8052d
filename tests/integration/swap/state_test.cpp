// Roles and the state of a database, copied between real servers: nothing of live's is lost, nothing that is
// gone from live comes back, whatever it is called.
#include <gtest/gtest.h>

#include "base/pg/identifier.hpp"
#include "swap/state/cluster_state.hpp"
#include "swap/state/database_state.hpp"
#include "tests/support/cluster.hpp"

namespace slipway {
namespace {

using swap::copy_cluster_state;
using swap::copy_database_state;
using swap::Gone;
using swap::read_database_state;

const std::string hostile_role = R"(o'Hara "the\ rôle"; drop)";
const std::string hostile_database = R"(data'base "x\)";

void run(pg::Session& session, const std::string& sql) {
  const Result<pg::Rows> done = session.script(sql);
  if (!done) throw std::runtime_error(done.error().text());
}

std::string one(pg::Session& session, const std::string& sql) {
  const Result<pg::Rows> rows = session.script(sql);
  if (!rows) throw std::runtime_error(rows.error().text());
  return rows->empty() ? "" : rows->string(0, 0);
}

// As somebody who logs in there sees it.
std::string setting_of(const test::Cluster& cluster, const std::string& role, const std::string& database,
                       const std::string& name) {
  const std::string conninfo = fmt::format("host={} port=5432 user={} dbname={}", cluster.folder(),
                                           pg::conninfo_value(role), pg::conninfo_value(database));
  auto session = pg::Session::open(conninfo);
  if (!session) return session.error().summary();
  return one(*session, "show " + pg::quoted(name));
}

// A database of that name with everything that hangs on its OID.
void furnish_database(pg::Session& session, const std::string& name) {
  const std::string database = pg::quoted(name);
  const std::string role = pg::quoted(hostile_role);
  run(session, "create database " + database);
  run(session, "alter database " + database + " owner to " + role);
  run(session, "alter database " + database + " connection limit 7");
  run(session, "comment on database " + database + " is 'it''s \\ here'");
  run(session, "revoke connect on database " + database + " from public");
  run(session, "grant connect on database " + database + " to reader with grant option");
  run(session, "alter database " + database + " set search_path to \"$user\", 'Quoted, \"one\"', public");
  run(session, "alter database " + database + " set work_mem to '5MB'");
  run(session, "alter database " + database + " set my.own to 'it''s, \"so\" \\'");
  run(session, "alter role reader in database " + database + " set statement_timeout to '3s'");
  run(session, "alter role " + role + " in database " + database + " set search_path to ''");
}

void furnish_roles(pg::Session& session) {
  const std::string role = pg::quoted(hostile_role);
  run(session, "create role reader login connection limit 5 valid until '2031-02-03 04:05:06+00'");
  run(session, "create role " + role + " login createdb noinherit");
  run(session, "comment on role " + role + " is 'Irish, isn''t he'");
  run(session, "alter role reader set search_path to a, \"B c\", '\"'");
  run(session, "alter role reader set lock_timeout to '2s'");
  run(session, "alter role all set geqo to off");
  run(session, "grant reader to " + role + " with admin option");
  run(session, "grant pg_read_all_data to reader");
}

TEST(DatabaseState, IsCopiedBetweenDatabasesOfOneServer) {
  test::Cluster cluster;
  pg::Session session = cluster.session();
  furnish_roles(session);
  furnish_database(session, hostile_database);
  run(session, "create database \"next\"; ");
  run(session, "alter database \"next\" set enable_sort to off");
  run(session, "grant create on database \"next\" to reader");

  const Done copied = copy_database_state(session, hostile_database, "next");
  ASSERT_TRUE(copied) << copied.error().text();
  const auto from = read_database_state(session, hostile_database);
  const auto to = read_database_state(session, "next");
  ASSERT_TRUE(from && to);
  EXPECT_EQ(*from, *to);
  EXPECT_TRUE(swap::statements("next", *to, *from).empty());
  EXPECT_EQ(to->comment, "it's \\ here");
  EXPECT_EQ(to->connection_limit, 7);
  EXPECT_EQ(setting_of(cluster, hostile_role, "next", "my.own"), "it's, \"so\" \\");
  EXPECT_EQ(setting_of(cluster, hostile_role, "next", "search_path"), "\"\"");
  EXPECT_EQ(setting_of(cluster, "postgres", "next", "search_path"),
            "\"$user\", \"Quoted, \"\"one\"\"\", public");
  EXPECT_EQ(setting_of(cluster, "reader", "next", "statement_timeout"), "3s");
  EXPECT_EQ(one(session, "select has_database_privilege('reader', 'next', 'create')"), "f");
  EXPECT_EQ(one(session, "select has_database_privilege('reader', 'next', 'connect with grant option')"),
            "t");
  // What is there already is left alone, and what is refused leaves nothing half done.
  EXPECT_TRUE(copy_database_state(session, hostile_database, "next"));
  EXPECT_FALSE(copy_database_state(session, "nowhere", "next"));
}

TEST(DatabaseState, IsAllOrNothing) {
  test::Cluster cluster;
  pg::Session session = cluster.session();
  run(session, "create role plain createrole; create role other");
  run(session, "create database mine");
  run(session, "alter database mine owner to plain");
  run(session, "alter database mine connection limit 3");
  run(session, "create database theirs");
  run(session, "set session authorization plain");
  const Done refused = copy_database_state(session, "mine", "theirs");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("owner"), std::string::npos) << refused.error().text();
  EXPECT_EQ(one(session, "select datconnlimit from pg_database where datname = 'theirs'"), "-1");
}

TEST(ClusterState, ComesAlongWithAPromotion) {
  test::Cluster live, candidate;
  pg::Session from = live.session(), to = candidate.session();
  furnish_roles(from);
  furnish_database(from, "portal");
  run(to, "create role declared; create role reader nologin; alter role reader set geqo_seed to 0.5");
  run(to, "create database portal");

  for (int time = 0; time < 2; ++time) {
    const Done copied = copy_cluster_state(from, to, "portal", Gone::keep);
    ASSERT_TRUE(copied) << copied.error().text();
    swap::Roles expected = *swap::read_roles(from), found = *swap::read_roles(to);
    EXPECT_TRUE(found.roles.erase("declared"));
    EXPECT_EQ(found, expected);
    EXPECT_EQ(*read_database_state(to, "portal"), *read_database_state(from, "portal"));
  }
  EXPECT_EQ(setting_of(candidate, "reader", "portal", "search_path"), "a, \"B c\", \"\"\"\"");
  EXPECT_EQ(setting_of(candidate, "reader", "portal", "lock_timeout"), "2s");
  EXPECT_EQ(setting_of(candidate, "reader", "portal", "geqo"), "off");
  EXPECT_EQ(
      one(to, "select extract(epoch from rolvaliduntil)::bigint from pg_roles where rolname = 'reader'"),
      "1927857906");
}

TEST(ClusterState, WhatIsGoneFromLiveDoesNotComeBackWithARollback) {
  test::Cluster live, previous;
  pg::Session from = live.session(), to = previous.session();
  run(from, "create database portal");
  run(to, "create role leaver login superuser; create role owner_of_things login; create role granted login");
  run(to, "create role member; grant leaver to member; alter role leaver set work_mem to '9MB'");
  run(to, "create database portal");
  run(to, "alter database portal owner to granted; alter role leaver in database portal set geqo to off");
  pg::Session inside = previous.session("portal");
  run(inside, "create table thing (); alter table thing owner to owner_of_things");

  for (int time = 0; time < 2; ++time) {
    const Done copied = copy_cluster_state(from, to, "portal", Gone::drop);
    ASSERT_TRUE(copied) << copied.error().text();
    EXPECT_EQ(
        one(to, "select string_agg(rolname, ',' order by rolname) from pg_roles where rolname !~ '^pg_'"),
        "owner_of_things,postgres");
    EXPECT_EQ(one(to, "select rolcanlogin or rolsuper from pg_roles where rolname = 'owner_of_things'"), "f");
  }
}

}  // namespace
}  // namespace slipway
