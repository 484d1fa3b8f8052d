// Large tables of an upstream: read in parts, every row once, whatever becomes of the connections meanwhile.
#include <gmock/gmock.h>

#include <semaphore>
#include <thread>

#include "daemon/ingest/upstream/parts.hpp"
#include "tests/integration/ingest/upstream.hpp"

namespace slipway::ingest::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Few rows, many pages.
constexpr const char* sparse = "CREATE TABLE t (id int, name text) WITH (fillfactor = 10)";

void fill(UpstreamPortal& portal, int rows, const std::string& table = "t") {
  portal.there(fmt::format(
      "INSERT INTO {} SELECT g, repeat(chr(97 + g % 26), 90) FROM generate_series(1, {}) g", table, rows));
}

std::int64_t pages(UpstreamPortal& portal, const std::string& table = "t") {
  return std::stoll(portal.rows_there(fmt::format("SELECT pg_relation_size('{}') / 8192", table)));
}

const std::string all_rows = "SELECT count(*) || ' ' || sum(hashtextextended(id || name, 0)) FROM t";

// Ends the sessions that read, once, at the first progress; not the one that holds the snapshot.
void end_readers_once(UpstreamPortal& portal, pg::Session& other, std::atomic<int>& ended, int times = 1) {
  portal.listener.on_progress = [&other, &ended, times] {
    if (ended++ >= times) return;
    EXPECT_TRUE(
        other.script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND "
                     "application_name = 'slipway ingest'"));
  };
}

// Openverse's ingestion server cut tables at floor(max / N), and missed the rows behind the last cut.
TEST(UpstreamParts, MissNoTailRows) {
  for (const int rows : {40'000, 40'001, 39'999}) {
    UpstreamPortal portal;
    portal.schema("CREATE TABLE t (id int PRIMARY KEY, name text);");
    portal.there(sparse);
    fill(portal, rows);
    // Holes, moved rows, and a last page with one row.
    portal.there(
        "DELETE FROM t WHERE id BETWEEN 5000 AND 12000; UPDATE t SET name = 'moved' WHERE id % 1000 = 7;"
        "INSERT INTO t VALUES (1000000, 'the last one')");
    ASSERT_GT(pages(portal), 2 * part_pages);
    portal.from("t", "t");
    const Report report = portal.built();
    EXPECT_EQ(portal.value(all_rows) + "\n", portal.rows_there(all_rows));
    EXPECT_EQ(portal.value("SELECT name FROM t WHERE id = 1000000"), "the last one");
    EXPECT_EQ(report.tables.at("t").loaded, rows - 7001 + 1);
    EXPECT_EQ(portal.value("SELECT relallvisible = relpages FROM pg_class WHERE relname = 't'"), "t");
  }
}

TEST(UpstreamParts, TakeNoRowsThatCameAfterTheSnapshot) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int PRIMARY KEY, name text);");
  portal.there(sparse);
  fill(portal, 40'000);
  portal.from("t", "t").where = "id <> 17 -- a comment";
  pg::Session other = portal.another();
  std::atomic<bool> wrote = false;
  portal.listener.on_progress = [&] {
    if (wrote.exchange(true)) return;
    EXPECT_TRUE(other.script(
        "INSERT INTO t SELECT g, 'late' FROM generate_series(100001, 101000) g;"
        "DELETE FROM t WHERE id BETWEEN 30000 AND 35000; UPDATE t SET name = 'x' WHERE id < 50"));
  };
  const Report report = portal.built();
  EXPECT_TRUE(wrote);
  EXPECT_EQ(report.tables.at("t").loaded, 39'999);
  EXPECT_EQ(portal.value("SELECT count(*) FROM t WHERE name IN ('late', 'x')"), "0");
}

TEST(UpstreamParts, ALostReaderGoesOnWhereItWas) {
  for (const char* here : {"int", "bigint"}) {  // in binary, and by text
    UpstreamPortal portal;
    portal.schema(fmt::format("CREATE TABLE t (id {} PRIMARY KEY, name text);", here));
    portal.there(sparse);
    fill(portal, 40'000);
    portal.from("t", "t");
    pg::Session other = portal.another();
    std::atomic<int> ended = 0;
    end_readers_once(portal, other, ended, 3);
    const Report report = portal.built();
    EXPECT_GE(ended, 3);
    EXPECT_EQ(report.tables.at("t").loaded, 40'000);
    EXPECT_EQ(portal.value(all_rows) + "\n", portal.rows_there(all_rows));
    EXPECT_THAT(portal.listener.all_lines(), HasSubstr("connecting again, under the same snapshot"));
  }
}

TEST(UpstreamParts, ALostReaderOfAViewBeginsAnew) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int, name text);");
  portal.there(
      "CREATE VIEW many AS SELECT g AS id, repeat('x', 100) AS name FROM generate_series(1, 100000) g");
  portal.from("t", "many");
  pg::Session other = portal.another();
  std::atomic<int> ended = 0;
  end_readers_once(portal, other, ended);
  EXPECT_EQ(portal.built().tables.at("t").loaded, 100'000);
  EXPECT_EQ(portal.value("SELECT count(*) || ' ' || count(DISTINCT id) FROM t"), "100000 100000");
  EXPECT_THAT(portal.listener.all_lines(), HasSubstr("table t begins anew"));
}

// All sessions of the build end at once, as when that server restarts.
TEST(UpstreamParts, ALostSnapshotLetsAllTablesBeginAnewAndAgree) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE a (id int); CREATE TABLE t (id int, name text);");
  portal.there(sparse);
  portal.there("CREATE TABLE a (id int); INSERT INTO a VALUES (1)");
  fill(portal, 40'000);
  portal.from("a", "a");
  portal.from("t", "t");
  pg::Session other = portal.another();
  std::atomic<bool> ended = false;
  portal.listener.on_progress = [&] {
    std::this_thread::sleep_for(Millis(20));  // so that there is something left to read
    // Not before the small table has been loaded.
    if (portal.listener.last.count("a") == 0 || ended.exchange(true)) return;
    EXPECT_TRUE(other.script(
        "INSERT INTO a VALUES (2); INSERT INTO t VALUES (50000, 'new'); SELECT pg_terminate_backend(pid) "
        "FROM "
        "pg_stat_activity WHERE application_name = 'slipway ingest' AND datname = current_database()"));
  };
  const Report report = portal.built();
  EXPECT_TRUE(ended);
  EXPECT_THAT(portal.listener.all_lines(), HasSubstr("source catalog: its snapshot is lost"));
  // Both of them as they were at one moment, which is the second one.
  EXPECT_EQ(portal.value("SELECT count(*) FROM a"), "2");
  EXPECT_EQ(portal.value("SELECT count(*) FROM t"), "40001");
  EXPECT_EQ(report.inputs.at(0).substr(report.inputs.at(0).find(" at ")),
            report.inputs.at(1).substr(report.inputs.at(1).find(" at ")));
}

TEST(UpstreamParts, AServerThatRestartsIsReadAnewAndOneThatIsGoneIsNamed) {
  const bool long_ones = std::getenv("SLIPWAY_TESTS_LONG") != nullptr;  // it is waited for
  for (const bool comes_back : {true, false}) {
    if (!comes_back && !long_ones) continue;
    slipway::test::Cluster server;
    ASSERT_TRUE(server.session().script(
        fmt::format("{}; INSERT INTO t SELECT g, repeat('x', 90) FROM generate_series(1, 40000) g", sparse)));
    UpstreamPortal portal;
    portal.schema("CREATE TABLE t (id int PRIMARY KEY, name text);");
    portal.uri(server.conninfo() + " password=" + UpstreamPortal::password);
    portal.from("t", "t");
    // A test's server ends with the thread that started it: so that is none of the build's.
    std::binary_semaphore begun(0), gone(0), ended(0);
    std::jthread keeper([&] {
      begun.acquire();
      server.stop(SIGQUIT);
      if (comes_back) server.start();
      gone.release();
      ended.acquire();
    });
    std::atomic<bool> stopped = false;
    portal.listener.on_progress = [&] {
      if (stopped.exchange(true)) return;
      begun.release();
      gone.acquire();
    };
    if (comes_back) {
      const Result<Report> report = portal.build();
      EXPECT_TRUE(report && report->tables.at("t").loaded == 40'000) << (report ? "" : report.error().text());
      EXPECT_THAT(portal.listener.all_lines(), HasSubstr("source catalog: its snapshot is lost"));
    } else {
      const Error error = portal.failure();
      EXPECT_EQ(error.kind(), Kind::failed);
      EXPECT_THAT(error.text(), HasSubstr("source catalog: cannot connect to its server"));
    }
    begun.release();
    ended.release();
  }
}

TEST(UpstreamParts, ATableThatChangedBetweenTwoSnapshotsFailsTheBuild) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE t (id int, name text);");
  portal.there(sparse);
  fill(portal, 40'000);
  portal.from("t", "t");
  pg::Session other = portal.another();
  std::atomic<bool> ended = false;
  portal.listener.on_progress = [&] {
    if (ended.exchange(true)) return;
    EXPECT_TRUE(
        other.script("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                     "'slipway ingest' AND datname = current_database()"));
    EXPECT_TRUE(other.script("ALTER TABLE t DROP COLUMN name"));
  };
  const Error error = portal.failure();
  EXPECT_EQ(error.kind(), Kind::failed);
  EXPECT_THAT(error.text(), HasSubstr("catalog.t was changed while its tables were read"));
}

TEST(UpstreamParts, TheFingerprintIsTheSameInWhateverOrderRowsCome) {
  std::string first, other;
  for (const char* order : {"g", "g DESC"}) {
    UpstreamPortal portal;
    portal.schema("CREATE TABLE t (id int, name text);");
    portal.there(sparse);
    portal.there(
        fmt::format("INSERT INTO t SELECT g, 'n' || g FROM generate_series(1, 1000) g ORDER BY {}", order));
    portal.from("t", "t");
    (first.empty() ? first : other) = portal.built().input_fingerprint;
  }
  EXPECT_EQ(first, other);
  UpstreamPortal changed;
  changed.schema("CREATE TABLE t (id int, name text);");
  changed.there(sparse);
  changed.there("INSERT INTO t SELECT g, 'n' || g % 999 FROM generate_series(1, 1000) g");
  changed.from("t", "t");
  EXPECT_NE(changed.built().input_fingerprint, first);
}

}  // namespace
}  // namespace slipway::ingest::test
