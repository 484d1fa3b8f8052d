// A build that is cut short at any moment is gone on with, and its end is that of an undisturbed one.
#include "daemon/ingest/going_on.hpp"

#include <random>

#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

constexpr const char* schema_sql =
    "CREATE TABLE study (id int PRIMARY KEY, name text NOT NULL UNIQUE);"
    "CREATE TABLE sample (id int PRIMARY KEY, study int NOT NULL REFERENCES study, note text, doc jsonb);"
    "CREATE INDEX sample_note ON sample (note);"
    "CREATE VIEW named AS SELECT s.id, s.name, count(*) FROM study s JOIN sample ON study = s.id GROUP BY "
    "s.id;";

// Files of some size, with rows that are refused among them.
void fill(Portal& portal, const std::string& bad = "x") {
  portal.schema(schema_sql);
  std::string studies = "id,name\n";
  for (int id = 1; id <= 50; ++id) studies += fmt::format("{},study {}\n", id, id);
  portal.file("study.csv", studies);
  int id = 0;
  for (int file = 1; file <= 4; ++file) {
    std::string text;
    for (int row = 0; row < 6'000; ++row, ++id)
      text += row % 2'000 == 17 ? "{\"id\": \"" + bad + "\", \"study\": 1}\n"
                                : fmt::format(
                                      "{{\"id\": {}, \"study\": {}, \"note\": \"note of sample {}\", "
                                      "\"doc\": {{\"n\": {}}}}}\n",
                                      id, id % 50 + 1, id, row);
    portal.file(fmt::format("sample{}.ndjson", file), text);
  }
  portal.table("study", "study.csv");
  portal.table("sample", "sample*.ndjson");
  portal.allow(20);
  portal.part_bytes = 250'000;
}

std::string contents(Portal& portal) {
  return portal.rows(
      "SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM sample s UNION ALL "
      "SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM study s UNION ALL "
      "SELECT count(*)::text FROM named UNION ALL "
      "SELECT string_agg(indexrelid::regclass::text, ',' ORDER BY indexrelid::regclass::text) FROM pg_index "
      "WHERE indrelid IN "
      "('sample'::regclass, 'study'::regclass) UNION ALL "
      "SELECT string_agg(conname, ',' ORDER BY conname) FROM pg_constraint WHERE conrelid IN "
      "('sample'::regclass, "
      "'study'::regclass) AND convalidated");
}

std::string told(const TableReport& table) {
  std::string out =
      fmt::format("{}={}+{} {:016x}\n", table.read, table.loaded, table.rejected, table.checksum);
  for (const FileAccount& file : table.files)
    out += fmt::format("{} {}={}+{}\n", file.file, file.read, file.loaded, file.rejected);
  return out;
}

// Asks the build to stop at its so-manieth word.
class Stopper final : public Observer {
 public:
  explicit Stopper(int words) : left_(words) {}
  void phase(const std::string&) override { count(); }
  void progress(const TableProgress&) override { count(); }
  void line(const std::string&) override {}
  std::stop_source stop;

 private:
  void count() {
    if (--left_ == 0) stop.request_stop();
  }
  std::atomic<int> left_;
};

// Where that phase begins.
class StopperAt final : public Observer {
 public:
  explicit StopperAt(std::string phase) : phase_(std::move(phase)) {}
  void phase(const std::string& phase) override {
    if (phase == phase_) stop.request_stop();
  }
  void progress(const TableProgress&) override {}
  void line(const std::string&) override {}
  std::stop_source stop;

 private:
  std::string phase_;
};

struct Undisturbed {
  std::string contents, study, sample, rejects, fingerprint;
};

const Undisturbed& undisturbed() {
  static const Undisturbed once = [] {
    Portal portal;
    fill(portal);
    const Report report = portal.built();
    return Undisturbed{contents(portal), told(report.tables.at("study")), told(report.tables.at("sample")),
                       portal.read("rejects/sample.sample2.ndjson.rejects.ndjson"), report.input_fingerprint};
  }();
  return once;
}

TEST(GoingOn, EndsAsAnUndisturbedBuildWhereverItWasStopped) {
  const char* given = std::getenv("SLIPWAY_SEED");
  const unsigned seed =
      given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
  SCOPED_TRACE(fmt::format("SLIPWAY_SEED={}", seed));
  std::mt19937 random(seed);
  const int rounds = std::getenv("SLIPWAY_TESTS_LONG") ? 100 : 3;
  std::int64_t taken_up = 0;
  for (int round = 0; round < rounds; ++round) {
    Portal portal;
    fill(portal);
    bool ended = false;
    for (int attempt = 0; attempt < 50 && !ended; ++attempt) {
      Stopper stopper(static_cast<int>(random() % 40) + 1);
      portal.go_on = portal.run("SELECT to_regclass('slipway_ledger') IS NOT NULL").truth(0, 0);
      if (!portal.go_on && attempt > 0)
        portal.run("DROP VIEW IF EXISTS named; DROP TABLE IF EXISTS sample, study");
      ended = static_cast<bool>(portal.build_with(stopper, stopper.stop.get_token()));
      portal.fence += 1;
      portal.run(fmt::format("UPDATE slipway_manifest SET fence = {}", portal.fence));
      if (!ended) continue;
    }
    ASSERT_TRUE(ended);
    EXPECT_EQ(contents(portal), undisturbed().contents);
    EXPECT_EQ(portal.read("rejects/sample.sample2.ndjson.rejects.ndjson"), undisturbed().rejects);
    EXPECT_EQ(portal.run("SELECT to_regclass('slipway_ledger') IS NULL").truth(0, 0), true);
    taken_up += 1;
  }
  EXPECT_EQ(taken_up, rounds);
}

// Stopped between the last part and its VACUUM: what that was to do is not lost.
TEST(GoingOn, AVacuumThatWasMissedIsMadeUpFor) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int PRIMARY KEY, note text)");
  std::string file = "id,note\n";
  for (int id = 0; id < 2'000; ++id)
    file += fmt::format("{},{}\n", id, std::string(id == 7 ? 9'000 : 50, 'x'));
  portal.file("thing.csv", file);
  portal.table("thing", "thing.csv");
  StopperAt stopper("indexes");
  ASSERT_FALSE(portal.build_with(stopper, stopper.stop.get_token()));
  portal.run("CREATE EXTENSION pg_visibility; SELECT pg_truncate_visibility_map('thing')");
  portal.go_on = true;
  EXPECT_EQ(portal.built().tables.at("thing").taken_up, 2'000);
  EXPECT_EQ(portal.value("SELECT all_frozen = pg_relation_size('thing') / 8192 "
                         "FROM pg_visibility_map_summary('thing')"),
            "t");
}

// Stopped once in the middle of the large table: what is complete is not read again.
TEST(GoingOn, SaysWhatItKept) {
  Portal portal;
  fill(portal);
  Stopper stopper(12);
  ASSERT_FALSE(portal.build_with(stopper, stopper.stop.get_token()));
  const std::int64_t parts =
      portal.run("SELECT count(*) FROM slipway_ledger WHERE kind = 'part' AND name = 'sample'").number(0, 0);
  ASSERT_GT(parts, 0);
  portal.go_on = true;
  const Report report = portal.built();
  const TableReport& sample = report.tables.at("sample");
  EXPECT_GT(sample.taken_up, 0);
  EXPECT_NE(portal.listener.all_lines().find(
                fmt::format("table sample: {} rows in {} part", sample.taken_up, parts)),
            std::string::npos)
      << portal.listener.all_lines();
  EXPECT_EQ(told(sample), undisturbed().sample);
  EXPECT_EQ(told(report.tables.at("study")), undisturbed().study);
  EXPECT_EQ(report.input_fingerprint, undisturbed().fingerprint);
  EXPECT_EQ(contents(portal), undisturbed().contents);
}

TEST(GoingOn, AFileThatChangedIsReadAnew) {
  Portal portal;
  fill(portal);
  Stopper stopper(12);
  ASSERT_FALSE(portal.build_with(stopper, stopper.stop.get_token()));
  portal.file("sample1.ndjson", "{\"id\": 1, \"study\": 2}\n");
  portal.go_on = true;
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("sample").taken_up, 0);
  EXPECT_NE(portal.listener.all_lines().find("table sample is loaded anew: "), std::string::npos);
  EXPECT_EQ(portal.value("SELECT count(*) FROM sample"), fmt::format("{}", 1 + 3 * (6'000 - 3)));
}

// HAZARDS.md, "Loading": the last row of each batch was lost, resuming emptied what was finished (seen in
// peers).
TEST(GoingOn, APartLostFromTheTableIsFound) {
  Portal portal;
  fill(portal);
  Stopper stopper(12);
  ASSERT_FALSE(portal.build_with(stopper, stopper.stop.get_token()));
  portal.run("DELETE FROM sample WHERE id = 3");
  portal.go_on = true;
  const Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().summary().find("rows were loaded, and it holds"), std::string::npos)
      << report.error().summary();
}

// The zombie of NMDC's lock row and DESIGN.md's fence: who was taken over writes no more.
TEST(GoingOn, WhoeverWasTakenOverWritesNoMore) {
  Portal portal;
  fill(portal);
  class Raise final : public Observer {
   public:
    explicit Raise(Portal& portal) : portal_(portal) {}
    void phase(const std::string& phase) override {
      if (phase == "load") portal_.run("UPDATE slipway_manifest SET fence = fence + 1");
    }
    void progress(const TableProgress&) override {}
    void line(const std::string&) override {}

   private:
    Portal& portal_;
  } raise(portal);
  const Result<Report> report = portal.build_with(raise);
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().summary().find("the build was taken over"), std::string::npos);
  EXPECT_EQ(portal.value("SELECT count(*) FROM sample"), "0");
}

TEST(GoingOn, APartEndsWhereItIsFullAndLeavesEverythingFrozen) {
  Portal portal;
  fill(portal);
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("sample").read, 24'000);
  EXPECT_EQ(portal.value("SELECT relallvisible = relpages FROM pg_class WHERE relname = 'sample'"), "t");
}

}  // namespace
}  // namespace slipway::ingest::test
