// What can go wrong with an upstream: writers beside the build, lost connections, mistakes in the config,
// rows that the table refuses, a stop request. No password is ever said.
#include <gmock/gmock.h>

#include <mutex>

#include "tests/integration/ingest/upstream.hpp"

namespace slipway::ingest::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Nobody could read it to its end while a test waits.
constexpr const char* endless =
    "CREATE VIEW endless AS SELECT generate_series(1, 2000000000) AS id, repeat('x', 100) AS name";

// Until the upstream has no session of ours any more.
void expect_no_sessions_left(UpstreamPortal& portal) {
  for (int tries = 0; tries < 600; ++tries) {
    if (portal.rows_there(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'slipway ingest'") == "0\n")
      return;
    std::this_thread::sleep_for(Millis(50));
  }
  ADD_FAILURE() << "a session is left on the upstream";
}

TEST(UpstreamTrouble, AllTablesAreOfOneMoment) {
  UpstreamPortal portal;
  std::string tables, insert = "BEGIN;";
  for (const char* name : {"a", "b", "c", "d"}) {
    tables += fmt::format("CREATE TABLE {} (id serial, filler text DEFAULT repeat('x', 500));", name);
    insert += fmt::format("INSERT INTO {} DEFAULT VALUES;", name);
    portal.from(name, name);
  }
  portal.schema(tables);
  portal.there(tables);
  for (const char* name : {"a", "b", "c", "d"})
    portal.there(fmt::format("INSERT INTO {} SELECT FROM generate_series(1, 5000)", name));
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::thread writer([&, session = portal.another()]() mutable {
    for (; !stop; ++written)
      if (!session.script(insert + "COMMIT")) return;
  });
  // Each table is read a while after the one before.
  portal.listener.on_progress = [] { std::this_thread::sleep_for(Millis(5)); };
  portal.built();
  stop = true;
  writer.join();
  const std::string counts = portal.rows(
      "SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b), (SELECT count(*) FROM c), (SELECT count(*) "
      "FROM d)");
  const std::string one = counts.substr(0, counts.find('|'));
  EXPECT_EQ(counts, fmt::format("{0}|{0}|{0}|{0}\n", one));
  EXPECT_GT(written, 10);
}

// Each time anew, until it is enough.
TEST(UpstreamTrouble, AConnectionThatIsLostAgainAndAgainIsNamed) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int, name text);");
  portal.there(endless);
  portal.from("t", "endless");
  pg::Session other = portal.another();
  std::mutex one_at_a_time;
  portal.listener.on_progress = [&] {
    const std::lock_guard lock(one_at_a_time);
    EXPECT_TRUE(
        other.script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND "
                     "application_name "
                     "= 'slipway ingest'"));
  };
  const Error error = portal.failure();
  EXPECT_EQ(error.kind(), Kind::failed);
  EXPECT_THAT(error.text(), HasSubstr("source catalog: lost the connection to its server while reading "
                                      "catalog.endless"));
  EXPECT_THAT(error.text(), HasSubstr("look at the log of that server"));
  expect_no_sessions_left(portal);
}

TEST(UpstreamTrouble, AStopRequestEndsBothConnectionsSoon) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int, name text);");
  portal.there(endless);
  portal.from("t", "endless");
  std::stop_source stop;
  portal.listener.on_progress = [&] { stop.request_stop(); };
  EXPECT_EQ(portal.failure(stop.get_token()).kind(), Kind::cancelled);
  expect_no_sessions_left(portal);
}

TEST(UpstreamTrouble, AStopRequestEndsAQueryThatHasGivenNothingYet) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int);");
  portal.there("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
  portal.from("t", "t").where = "pg_sleep(600) IS NOT NULL";
  std::stop_source stop;
  std::jthread later([&] {
    std::this_thread::sleep_for(Millis(500));
    stop.request_stop();
  });
  EXPECT_EQ(portal.failure(stop.get_token()).kind(), Kind::cancelled);
  expect_no_sessions_left(portal);
}

TEST(UpstreamTrouble, ARefusedRowFailsTheBuild) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int CONSTRAINT low CHECK (id <> 3), name text);");
  portal.there("CREATE VIEW many AS SELECT generate_series(1, 100000) AS id, repeat('x', 100) AS name");
  portal.from("t", "many");
  const Error error = portal.failure();
  EXPECT_THAT(error.text(), HasSubstr("table t refused a row of catalog.many"));
  EXPECT_THAT(error.text(), HasSubstr("violates check constraint \"low\" (Failing row contains (3, xxx"));
  EXPECT_THAT(error.text(), HasSubstr("leave it out with `where`"));
  expect_no_sessions_left(portal);
}

// Spaces beyond its length are not: those are cut off, as in any COPY.
TEST(UpstreamTrouble, AValueThatOurColumnHasNoRoomForFailsTheBuild) {
  struct Case {
    const char *ours, *theirs, *value, *says;
  };
  const Case cases[] = {{"varchar(3)", "varchar", "'abcd'", "too long for type character varying(3)"},
                        {"char(3)", "bpchar", "'abcd'", "too long for type character(3)"},
                        {"numeric(4,2)", "numeric", "123.45", "numeric field overflow"}};
  for (const Case& one : cases) {
    UpstreamPortal portal;
    portal.schema(fmt::format("CREATE TABLE t (id int, value {});", one.ours));
    portal.there(fmt::format("CREATE TABLE t (id int, value {}); INSERT INTO t VALUES (1, {})", one.theirs,
                             one.value));
    portal.from("t", "t");
    EXPECT_THAT(portal.failure().text(), HasSubstr(one.says));
  }
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int, value varchar(3), padded char(3));");
  portal.there(
      "CREATE TABLE t (id int, value varchar, padded bpchar); INSERT INTO t VALUES (1, 'ab   ', 'é')");
  portal.from("t", "t");
  portal.built();
  EXPECT_EQ(portal.rows("SELECT '<' || value || '>', octet_length(padded) FROM t"), "<ab >|4\n");
}

TEST(UpstreamTrouble, ANullAndADuplicateFailTheBuild) {
  UpstreamPortal nulls;
  nulls.schema("CREATE TABLE t (id int NOT NULL);");
  nulls.there("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (NULL)");
  nulls.from("t", "t");
  EXPECT_THAT(nulls.failure().text(), HasSubstr("null value in column \"id\""));
  UpstreamPortal twice;
  twice.schema("CREATE TABLE t (id int PRIMARY KEY);");
  twice.there("CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1)");
  twice.from("t", "t");
  const std::string text = twice.failure().text();
  EXPECT_THAT(text, HasSubstr("more than one row has (1)"));
  EXPECT_THAT(text, HasSubstr("with `where`"));
}

// Before the first row: where the config or the two schemas do not fit together.
struct Unfit {
  const char* name;
  std::string here;
  std::string there;
  std::function<void(config::Table&)> change;
  std::string complaint;
};

TEST(UpstreamTrouble, WhatDoesNotFitIsToldBeforeTheLoad) {
  const std::string plain = "CREATE TABLE t (id int, note text)";
  const std::vector<Unfit> all = {
      {"not null", "CREATE TABLE t (id int, need int NOT NULL)", plain, [](config::Table&) {},
       "slipway.yaml:6:14: column need of table t is NOT NULL, has no default, and catalog.t has no such "
       "column"},
      {"excluded", "CREATE TABLE t (id int, note text NOT NULL)", plain,
       [](config::Table& table) { table.exclude = {"note"}; },
       "slipway.yaml:7:20: column note of table t is NOT NULL, has no default, and is excluded"},
      {"nothing", "CREATE TABLE t (\"ID\" int)", plain, [](config::Table&) {},
       "slipway.yaml:6:14: catalog.t and table t have no column in common"},
      {"exclude", plain, plain, [](config::Table& table) { table.exclude = {"nots"}; },
       "slipway.yaml:7:20: catalog.t has no column nots that could be excluded"},
      {"table", plain, plain, [](config::Table& table) { table.from = "catalog.T"; },
       "slipway.yaml:7:20: source catalog has no table or view T"},
      {"where", plain, plain, [](config::Table& table) { table.where = "ident = 1"; },
       "slipway.yaml:7:20: source catalog does not take this `where`: "},
      {"second statement", plain, plain,
       [](config::Table& table) { table.where = "true); DROP TABLE t; SELECT (1"; },
       "slipway.yaml:7:20: source catalog does not take this `where`: "},
  };
  for (const Unfit& one : all) {
    UpstreamPortal portal;
    portal.schema(one.here + ";");
    portal.there(one.there);
    one.change(portal.from("t", "t"));
    const Error error = portal.failure();
    EXPECT_EQ(error.kind(), Kind::usage) << one.name;
    EXPECT_THAT(error.text(), testing::StartsWith(one.complaint)) << one.name;
    EXPECT_EQ(portal.listener.phases, std::vector<std::string>{"schema"}) << one.name;
  }
}

TEST(UpstreamTrouble, PoliciesThatHideRowsAreNeverObeyedInSilence) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int);");
  portal.there(
      "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
      "DROP ROLE IF EXISTS watched; CREATE ROLE watched LOGIN; GRANT SELECT ON t TO watched;"
      "CREATE POLICY half ON t USING (id = 1)");
  portal.uri(upstream_server().conninfo(portal.upstream_database()) + " user=watched password=hunter2");
  portal.from("t", "t");
  EXPECT_THAT(portal.failure().text(), HasSubstr("row-level security policy"));
  portal.there("DROP OWNED BY watched; DROP ROLE watched");
}

TEST(UpstreamTrouble, AServerThatIsNotThereIsNamed) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE IF NOT EXISTS t (id int);");
  portal.from("t", "t");
  portal.uri("host=/nonexistent user=a password=hunter2");
  EXPECT_THAT(portal.failure().text(),
              testing::StartsWith("slipway.yaml:5:14: source catalog: cannot connect to its server"));
  // What libpq takes for the host or the port is the rest of the password.
  for (const char* uri : {"postgresql://a:x@hunter2@db/x", "postgresql://a:hunter2/x@db/x"}) {
    portal.uri(uri);
    const Error error = portal.failure();
    EXPECT_EQ(error.kind(), Kind::usage);
    EXPECT_THAT(error.text(), HasSubstr("the URI of source catalog is not a valid one"));
  }
}

}  // namespace
}  // namespace slipway::ingest::test
