// A build that begins with a copy of live reads what has changed and no more, and ends as one that reads all.
#include "daemon/ingest/reuse/reuse.hpp"

#include <sys/stat.h>

#include <random>
#include <thread>

#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

constexpr const char* schema_sql =
    "CREATE TABLE study (id int PRIMARY KEY, name text NOT NULL);"
    "CREATE TABLE sample (id int PRIMARY KEY, study int NOT NULL REFERENCES study, note text UNIQUE, "
    "doc jsonb CHECK (doc->>'n' <> '13'));"
    "CREATE INDEX ON sample (study);"
    "CREATE TABLE label (sample int NOT NULL REFERENCES sample ON DELETE CASCADE, word text);"
    "CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'a trigger ran'; END$$;"
    "CREATE TRIGGER never BEFORE INSERT OR UPDATE OR DELETE ON sample FOR EACH ROW EXECUTE FUNCTION never();";

constexpr const char* everything_sql =
    "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM sample t UNION ALL "
    "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM study t UNION ALL "
    "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM label t UNION ALL "
    "SELECT string_agg(indexrelid::regclass::text, ',' ORDER BY indexrelid::regclass::text) FROM pg_index "
    "WHERE indrelid IN ('sample'::regclass, 'study'::regclass) UNION ALL "
    "SELECT string_agg(conname || convalidated, ',' ORDER BY conname) FROM pg_constraint "
    "WHERE connamespace = 'public'::regnamespace UNION ALL "
    "SELECT string_agg(tgname || tgenabled::text, ',' ORDER BY tgname) FROM pg_trigger WHERE NOT "
    "tgisinternal";

std::string row_of(int id, const std::string& note, int n = 1) {
  return fmt::format("{},{},{},\"{{\"\"n\"\": {}}}\"\n", id, id % 5 + 1, note, n);
}

// Files of samples with ids of their own, by name: what a portal has.
using Files = std::map<std::string, std::string>;

Files some_files(int count, int rows) {
  Files files;
  for (int file = 1; file <= count; ++file) {
    std::string text = "id,study,note,doc\n";
    for (int row = 0; row < rows; ++row)
      text += row_of(file * 10'000 + row, fmt::format("note {} of {}", row, file));
    files[fmt::format("sample{:02}.csv", file)] = text;
  }
  return files;
}

class Reused : public ::testing::Test {
 protected:
  void SetUp() override {
    set_up(live);
    live.schema(schema_sql);
  }

  static void set_up(Portal& portal) {
    portal.file("study.csv", "id,name\n1,a\n2,b\n3,c\n4,d\n5,e\n");
    portal.file("label.csv", "sample,word\n10000,x\n20001,y\n");
    portal.table("study", "study.csv");
    portal.table("sample", "sample*.csv");
    portal.table("label", "label.csv");
    portal.pipeline().start = config::Start::live;
    portal.notes_inputs = true;
  }

  void put(const Files& files) {
    for (const auto& entry : std::filesystem::directory_iterator(live.folder()))
      if (entry.path().filename().string().starts_with("sample") && !files.count(entry.path().filename()))
        std::filesystem::remove(entry.path());
    for (const auto& [name, text] : files)
      if (live.read(name) != text) live.file(name, text);
  }

  // Another one: on the database as a copy of it would be.
  Report next() {
    live.copy_of = "20260101T000000Z";
    live.listener.lines.clear();
    return live.built();
  }

  // What a build from nothing makes of the same files.
  void expect_as_from_nothing(const Files& files, const Report& report) {
    Portal fresh;
    set_up(fresh);
    fresh.schema(schema_sql);
    fresh.pipeline().tables = live.pipeline().tables;
    fresh.pipeline().rejects = live.pipeline().rejects;
    fresh.part_bytes = live.part_bytes;
    for (const auto& [name, text] : files) fresh.file(name, text);
    const Report expected = fresh.built();
    EXPECT_EQ(live.rows(everything_sql), fresh.rows(everything_sql));
    const TableReport& table = report.tables.at("sample");
    const TableReport& other = expected.tables.at("sample");
    EXPECT_EQ(table.checksum, other.checksum);
    EXPECT_EQ(table.read, other.read);
    EXPECT_EQ(table.rejected, other.rejected);
    ASSERT_EQ(table.files.size(), other.files.size());
    for (std::size_t i = 0; i < table.files.size(); ++i) {
      EXPECT_EQ(table.files[i].file, other.files[i].file);
      EXPECT_EQ(table.files[i].loaded, other.files[i].loaded);
    }
    EXPECT_EQ(report.input_fingerprint, expected.input_fingerprint);
  }

  void expect_line(const std::string& text) {
    EXPECT_NE(live.listener.all_lines().find(text), std::string::npos) << live.listener.all_lines();
  }

  Portal live;
};

TEST_F(Reused, WhatChangedIsReadAndNoMore) {
  Files files = some_files(10, 200);
  put(files);
  live.built();
  const std::string kept =
      "SELECT md5(string_agg(ctid::text || xmin::text, ',' ORDER BY id)) FROM sample WHERE id / 10000 IN (1, "
      "2, 9)";
  const std::string before = live.rows(kept);
  files["sample03.csv"] = "id,study,note,doc\n" + row_of(30'007, "another") + row_of(35'000, "one more");
  files.erase("sample07.csv");
  files["sample11.csv"] = "id,study,note,doc\n" + row_of(110'000, "new");
  put(files);
  const Report report = next();
  expect_line(
      "table sample: 8 of 10 files are as they were when live was built, and their 1600 rows are kept; those "
      "of 2 that");
  expect_line("table study: 1 of 1 files are as they were");
  EXPECT_EQ(report.tables.at("sample").reused, 1600);
  EXPECT_TRUE(report.tables.at("sample").files[0].kept);
  EXPECT_FALSE(report.tables.at("sample").files[2].kept);
  EXPECT_EQ(live.rows(kept), before);
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, NothingIsTakenOffTablesThatStayAsTheyAre) {
  const Files files = some_files(3, 50);
  put(files);
  live.built();
  const std::string oids =
      "SELECT string_agg(oid::text, ',' ORDER BY oid) FROM (SELECT oid FROM pg_class WHERE relnamespace = "
      "'public'::regnamespace UNION ALL SELECT oid FROM pg_constraint WHERE connamespace = 2200 UNION ALL "
      "SELECT oid FROM pg_trigger) "
      "all_of";
  const std::string before = live.rows(oids);
  const Report report = next();
  EXPECT_EQ(report.tables.at("sample").reused, 150);
  EXPECT_EQ(live.rows(oids), before);
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, TheContentCountsAndNotTheTime) {
  Files files = some_files(8, 20);
  put(files);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // what is younger is always compared
  live.built();
  const Path touched = live.folder() / "sample01.csv", forged = live.folder() / "sample02.csv";
  std::filesystem::last_write_time(touched, std::filesystem::file_time_type::clock::now());
  // As long as before, and with the time of before.
  const auto time = std::filesystem::last_write_time(forged);
  std::string& text = files["sample02.csv"];
  text.replace(text.find("note 7"), 6, "NOTE 7");
  live.file("sample02.csv", text);
  std::filesystem::last_write_time(forged, time);
  const Report report = next();
  EXPECT_TRUE(report.tables.at("sample").files[0].kept);
  EXPECT_FALSE(report.tables.at("sample").files[1].kept);
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, WhoeverChangedLivesRowsIsNoticed) {
  const Files files = some_files(6, 50);
  put(files);
  live.built();
  for (const char* change :
       {"UPDATE sample SET note = note || '!' WHERE id = 20001", "DELETE FROM sample WHERE id = 30001",
        "INSERT INTO sample VALUES (1, 1, 'by hand', '{}')",
        "DELETE FROM sample WHERE id = 40001; INSERT INTO sample VALUES (40001, 1, 'x', '{}')"}) {
    live.run("ALTER TABLE sample DISABLE TRIGGER never");
    live.run(change);
    live.run("ALTER TABLE sample ENABLE TRIGGER never");
    const Report report = next();
    expect_line("table sample: all of it is read: live's rows were changed since it was built");
    EXPECT_EQ(report.tables.at("sample").reused, 0);
    expect_as_from_nothing(files, report);
  }
  live.run("VACUUM FULL sample");
  const Report report = next();
  expect_line("table sample: all of it is read: live's table was written anew");
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, WhoeverChangedLivesRowsIsNoticedBesideChangedFiles) {
  Files files = some_files(8, 50);
  put(files);
  live.built();
  int round = 0;
  // Of a file that stays, of the one that has changed, by another key, and by one that a new row has too.
  for (const char* change :
       {"UPDATE sample SET note = note || '!' WHERE id = 20001", "DELETE FROM sample WHERE id = 30001",
        "DELETE FROM sample WHERE id = 80001", "INSERT INTO sample VALUES (1, 1, 'by hand', '{}')",
        "INSERT INTO sample VALUES (85005, 1, 'by hand', '{}')"}) {
    live.run("ALTER TABLE sample DISABLE TRIGGER never");
    live.run(change);
    live.run("ALTER TABLE sample ENABLE TRIGGER never");
    files["sample08.csv"] =
        "id,study,note,doc\n" + row_of(80'001, fmt::format("round {}", ++round)) + row_of(85'001, "new");
    put(files);
    const Report report = next();
    expect_line("table sample: all of it is read: ");
    EXPECT_EQ(report.tables.at("sample").reused, 0) << change;
    expect_as_from_nothing(files, report);
  }
}

TEST_F(Reused, StatisticsAreTakenAnewOnceATenthHasChanged) {
  Files files = some_files(20, 50);
  put(files);
  live.built();
  const auto taken = [&] {
    return live.value("SELECT xmin FROM pg_statistic WHERE starelid = 'sample'::regclass AND staattnum = 1");
  };
  std::string before = taken();
  int changes = 0;
  for (int file = 1; file <= 8; ++file) {
    std::string& text = files[fmt::format("sample{:02}.csv", file)];
    text.replace(text.find("note 7"), 6, "NOTE 7");
    put(files);
    const Report report = next();
    EXPECT_EQ(report.tables.at("sample").reused, 950);
    if (taken() == before) continue;
    before = taken();
    ++changes;
  }
  EXPECT_EQ(changes, 4);  // each time 50 rows go and 50 come
}

TEST_F(Reused, AnotherRecipeReadsAll) {
  const Files files = some_files(6, 20);
  put(files);
  live.built();
  config::Column column;
  column.name = "note";
  column.null_if = {"note 7 of 3"};
  live.pipeline().tables[1].columns = {column};
  for (const char* name : {"id", "study", "doc"}) {
    config::Column plain;
    plain.name = name;
    live.pipeline().tables[1].columns.push_back(plain);
  }
  const Report report = next();
  expect_line("how the pipeline fills them, have changed");
  EXPECT_EQ(live.value("SELECT note IS NULL FROM sample WHERE id = 30007"), "t");
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, FilesWithRejectsAreReadAgain) {
  Files files = some_files(10, 50);
  files["sample04.csv"] += "x,1,no number,{}\n";
  files["sample05.csv"] += row_of(50'100, "refused by the server", 13);
  live.allow(5);
  put(files);
  live.built();
  const Report report = next();
  EXPECT_EQ(report.tables.at("sample").rejected, 2);
  EXPECT_EQ(report.tables.at("sample").reject_files.size(), 4U);
  EXPECT_EQ(report.tables.at("sample").reused, 400);
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, AKeyThatAKeptRowHasReadsAll) {
  Files files = some_files(10, 50);
  put(files);
  live.built();
  files["sample02.csv"] += row_of(90'007, "twice");
  put(files);
  live.copy_of = "20260101T000000Z";
  const Result<Report> refused = live.build();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("sample_pkey"), std::string::npos) << refused.error().text();
}

TEST_F(Reused, AKeyThatAKeptRowHasIsARejectWhereThatIsWanted) {
  live.pipeline().tables[1].duplicates = config::Duplicates::reject;
  live.allow(5);
  Files files = some_files(10, 50);
  put(files);
  live.built();
  files["sample02.csv"] += row_of(90'007, "twice");
  put(files);
  const Report report = next();
  expect_line("table sample: all of it is read: a row of a changed file has the key of one that was kept");
  EXPECT_EQ(report.tables.at("sample").rejected, 1);
  EXPECT_EQ(live.value("SELECT note FROM sample WHERE id = 90007"), "twice");  // it comes first
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, RemovedAndEmptyFiles) {
  Files files = some_files(8, 50);
  files["sample99.csv"] = "id,study,note,doc\n";
  put(files);
  live.built();
  files.erase("sample08.csv");
  put(files);
  Report report = next();
  EXPECT_EQ(report.tables.at("sample").reused, 350);
  expect_as_from_nothing(files, report);
  files["sample99.csv"] += row_of(990'000, "no longer empty");
  files["sample03.csv"] = "id,study,note,doc\n";
  put(files);
  report = next();
  EXPECT_EQ(report.tables.at("sample").reused, 300);
  expect_as_from_nothing(files, report);
}

TEST_F(Reused, ManyGenerationsOfChanges) {
  const char* asked = std::getenv("SLIPWAY_SEED");
  const unsigned seed = asked ? static_cast<unsigned>(std::atol(asked)) : std::random_device{}();
  std::printf("SLIPWAY_SEED=%u\n", seed);
  std::mt19937 random(seed);
  const auto roll = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  Files files = some_files(24, 120);
  live.file("label.csv", "sample,word\n");  // samples come and go
  live.part_bytes = roll(2) == 0 ? 0 : 20'000 + roll(60'000);
  put(files);
  live.built();
  std::int64_t reused = 0;
  int number = 1'000'000;
  for (int generation = 0; generation < 8; ++generation) {
    for (int change = roll(4); change > 0; --change) {
      std::string& text = files[fmt::format("sample{:02}.csv", 1 + roll(26))];
      text = "id,study,note,doc\n";
      for (int row = roll(200); row > 0; --row, ++number)
        text += row_of(
            number, fmt::format("{} {}", number,
                                std::string(static_cast<std::size_t>(roll(roll(10) == 0 ? 3000 : 60)), 'x')));
    }
    put(files);
    if (roll(2) == 0) live.run("VACUUM sample");  // leaves holes that new rows fill
    const Report report = next();
    reused += report.tables.at("sample").reused;
    Portal fresh;
    set_up(fresh);
    fresh.schema(schema_sql);
    fresh.file("label.csv", "sample,word\n");
    for (const auto& [name, content] : files) fresh.file(name, content);
    const Report expected = fresh.built();
    ASSERT_EQ(live.rows(everything_sql), fresh.rows(everything_sql)) << "generation " << generation;
    ASSERT_EQ(report.tables.at("sample").checksum, expected.tables.at("sample").checksum);
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(reused, 0);
}

}  // namespace
}  // namespace slipway::ingest::test
