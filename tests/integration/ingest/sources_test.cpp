// Files as they come: compressed, many, missing, damaged, hostile; and a build that is asked to stop.
#include <zlib.h>
#include <zstd.h>

#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

std::string gzip(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  z_stream state{};
  deflateInit2(&state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  state.avail_in = static_cast<uInt>(text.size());
  state.next_out = reinterpret_cast<Bytef*>(out.data());
  state.avail_out = static_cast<uInt>(out.size());
  deflate(&state, Z_FINISH);
  out.resize(state.total_out);
  deflateEnd(&state);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::string numbers(int from, int to) {
  std::string out;
  for (int i = from; i < to; ++i) out += std::to_string(i) + ",some text to fill the row\n";
  return out;
}

TEST(Sources, ReadsGlobsAndCompression) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int PRIMARY KEY, note text);");
  portal.file("d/1.csv", "id,note\n" + numbers(0, 10));
  portal.file("d/2.csv.gz", gzip("note,id\n") + gzip("x,10\n") + gzip("y,11\n") + std::string(100, '\0'));
  portal.file("d/3.csv.zst", zstd("id,note\n" + numbers(12, 50'000)) + zstd(numbers(50'000, 50'010)));
  portal.file("d/4.jsonl.gz", gzip("{\"id\": 50010}\n"));
  portal.table("t", "d/*");
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("t").loaded, 50'011);
  EXPECT_EQ(portal.value("SELECT sum(id) FROM t"), std::to_string(50'010LL * 50'011 / 2));
  ASSERT_EQ(report.inputs.size(), 4U);
  EXPECT_TRUE(report.inputs[0].starts_with("d/1.csv "));
}

TEST(Sources, TheSameContentHasTheSameFingerprint) {
  const auto fingerprint = [](const std::string& content) {
    Portal portal;
    portal.schema("CREATE TABLE t (id int);");
    portal.file("t.csv", content);
    portal.table("t", "t.csv");
    return portal.built().input_fingerprint;
  };
  EXPECT_EQ(fingerprint("id\n1\n"), fingerprint("id\n1\n"));
  EXPECT_NE(fingerprint("id\n1\n"), fingerprint("id\n2\n"));
}

struct Broken {
  const char* name;
  std::string content;
  Kind kind;
  const char* says;
};

TEST(Sources, SayWhatIsWrongWithThem) {
  const std::string packed = gzip("id\n" + numbers(0, 10'000));
  const std::string squeezed = zstd("id\n" + numbers(0, 10'000));
  const Broken all[] = {
      {"t.csv.gz", packed.substr(0, packed.size() / 2), Kind::failed,
       "cannot decompress t.csv.gz: it ends too early"},
      {"t.csv.gz", "id\n1\n", Kind::failed, "cannot decompress t.csv.gz: "},
      {"t.csv.gz", packed + "garbage", Kind::failed, "cannot decompress t.csv.gz: "},
      {"t.csv.zst", squeezed.substr(0, squeezed.size() / 2), Kind::failed,
       "cannot decompress t.csv.zst: it ends too early"},
      {"t.csv.zst", "id\n1\n", Kind::failed, "cannot decompress t.csv.zst: "},
      {"t.csv", "", Kind::usage, "t.csv:1:1: the file is empty"},
      {"t.csv", "id\n1\n\"2\n3\n", Kind::failed, "t.csv:3: the quote that opens here is never closed"},
      {"t.csv", "other\n1\n", Kind::usage,
       "slipway.yaml:6:14: no field of the source matches a column of table t"},
      {"t.csv", "note\n1\n", Kind::usage,
       "slipway.yaml:6:14: column id of table t is NOT NULL, has no default, and nothing fills it"},
      {"t.xlsx", "id\n1\n", Kind::usage, "slipway.yaml:5:14: cannot tell the format of t.xlsx by its name"},
      {"u.csv", "id\n1\n", Kind::usage, "slipway.yaml:5:14: no file matches t.* (source t_files)"},
  };
  for (const Broken& broken : all) {
    Portal portal;
    portal.schema("CREATE TABLE t (id int NOT NULL, note text);");
    portal.file(broken.name, broken.content);
    portal.table("t", "t.*");
    portal.allow(1'000'000);
    Result<Report> report = portal.build();
    ASSERT_FALSE(report) << broken.says;
    EXPECT_EQ(report.error().kind(), broken.kind) << report.error().text();
    EXPECT_TRUE(report.error().text().starts_with(broken.says)) << report.error().text();
  }
}

TEST(Sources, NoSuchTable) {
  Portal portal;
  portal.schema("CREATE TABLE image (id int); CREATE VIEW v AS SELECT 1 AS id;");
  portal.file("t.csv", "id\n1\n");
  portal.table("v", "t.csv");
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().text(), "slipway.yaml:6:14: the schema files make no table v\n  they make: image");
}

TEST(Sources, TheManifestIsNoTable) {
  Portal portal;
  portal.schema("SELECT 1;");
  portal.file("t.csv", "fence\n1\n");
  portal.table("slipway_manifest", "t.csv");
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::usage);
  EXPECT_EQ(portal.value("SELECT fence FROM slipway_manifest"), "7");
}

TEST(Sources, ColumnsTrimReplaceAndDefault) {
  Portal portal;
  portal.schema(
      "CREATE TABLE t (id serial, name text, size int, source text NOT NULL, made text DEFAULT 'then');");
  portal.file("t.csv", "Name,Size\n  a  ,1\nn/a,?\n   ,\n");
  config::Table& table = portal.table("t", "t.csv");
  table.columns.resize(3);
  table.columns[0].name = "name";
  table.columns[0].path = "Name";
  table.columns[0].trim = true;
  table.columns[0].null_if = {"n/a"};
  table.columns[1].name = "size";
  table.columns[1].path = "Size";
  table.columns[1].null_if = {"?"};
  table.columns[1].fallback = "9";
  table.columns[2].name = "source";
  table.columns[2].constant = "here";
  portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM t ORDER BY id"),
            "1|a|1|here|then\n2|NULL|9|here|then\n3|NULL|9|here|then\n");

  table.columns[1].fallback = "many";
  table.columns[1].at = {"slipway.yaml", 9, 9};
  portal.run("DROP TABLE t");
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::usage);
  EXPECT_TRUE(
      report.error().text().starts_with("slipway.yaml:9:9: column size of table t does not take many"))
      << report.error().text();
}

TEST(Sources, MissingJsonKeysTakeTheColumnsDefault) {
  Portal portal;
  portal.schema(
      "CREATE TABLE t (id bigint GENERATED BY DEFAULT AS IDENTITY, n int DEFAULT 2 + 3, u uuid DEFAULT "
      "gen_random_uuid(), m text);");
  portal.file("t.ndjson", "{}\n{\"n\": null}\n{\"n\": 1, \"id\": 77}\n{}\n");
  portal.table("t", "t.ndjson");
  portal.built();
  EXPECT_EQ(portal.rows("SELECT id, n, u IS NOT NULL, m FROM t ORDER BY id"),
            "1|5|t|NULL\n2|NULL|t|NULL\n3|5|t|NULL\n77|1|t|NULL\n");
  EXPECT_EQ(portal.value("SELECT count(DISTINCT u) FROM t"), "4");
}

// The careful way and the fast way account for the same rows.
TEST(Sources, OnlyTheRowsThatPostgresqlRefusesAreRejected) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int PRIMARY KEY, CHECK (id % 1000 <> 7));");
  std::string csv = "id\n";
  for (int i = 0; i < 30'000; ++i) csv += std::to_string(i) + "\n";
  portal.file("t.csv", csv);
  portal.table("t", "t.csv");
  portal.allow(100);
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("t").loaded, 29'970);
  EXPECT_EQ(report.tables.at("t").rejected, 30);
  EXPECT_EQ(portal.value("SELECT count(*) FROM t"), "29970");
  EXPECT_TRUE(portal.read("rejects/t.t.csv.rejects.csv").starts_with("id\n7\n1007\n2007\n"));
}

TEST(Sources, KeepsTheFirstOfDuplicates) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE, n int CHECK (n <> 13));");
  portal.file("a/t.csv", "id,code,n\n1,a,1\nx,b,2\n2,b,3\n1,c,4\n3,d,13\n");
  portal.file("b/t.csv", "id,code,n\n5,a,5\n6,,6\n7,,7\n2,z,8\n8,c,9\n");
  config::Table& table = portal.table("t", "?/t.csv");
  table.duplicates = config::Duplicates::reject;
  portal.allow(10);
  const Report report = portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM t ORDER BY n"), "1|a|1\n2|b|3\n6|NULL|6\n7|NULL|7\n8|c|9\n");
  EXPECT_EQ(report.tables.at("t").read, 10);
  EXPECT_EQ(report.tables.at("t").rejected, 5);
  EXPECT_EQ(portal.read("rejects/t.t.csv.rejects.csv"), "id,code,n\nx,b,2\n3,d,13\n1,c,4\n");
  EXPECT_EQ(portal.read("rejects/t.t.csv.1.rejects.csv"), "id,code,n\n5,a,5\n2,z,8\n");
  EXPECT_NE(
      portal.read("rejects/t.t.csv.1.rejects.log").find("a row before it has the same key of t_code_key"),
      std::string::npos);
  EXPECT_EQ(portal.value("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"), "2");
}

TEST(Sources, RejectsCanBeFedAgain) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, note text);");
  portal.file("t.csv", "id,note\r\nx,\"a\n\"\"b\"\"\"\r\n2,c\r\ny,\"d\"");
  portal.table("t", "t.csv");
  portal.allow(10);
  portal.built();
  EXPECT_EQ(portal.read("rejects/t.t.csv.rejects.csv"), "id,note\r\nx,\"a\n\"\"b\"\"\"\r\ny,\"d\"\n");
}

TEST(Sources, StopsWhenAsked) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, note text); CREATE INDEX slow ON t (id);");
  portal.file("t.csv", "id,note\n" + numbers(0, 400'000));
  portal.table("t", "t.csv");
  std::stop_source stop;
  portal.listener.on_progress = [&] { stop.request_stop(); };
  const Millis start = real_clock().steady();
  Result<Report> report = portal.build(stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::cancelled);
  EXPECT_NE(report.error().text().find("slipway ingest demo"), std::string::npos) << report.error().text();
  EXPECT_LT(real_clock().steady() - start, Millis(60'000));
  EXPECT_EQ(portal.value("SELECT count(*) FROM t"), "0");
}

TEST(Sources, StopsInsideOneStatement) {
  Portal portal;
  portal.schema("SELECT pg_sleep(600);");
  portal.file("t.csv", "id\n1\n");
  portal.table("t", "t.csv");
  std::stop_source stop;
  std::jthread asker([&] {
    std::this_thread::sleep_for(Millis(300));
    stop.request_stop();
  });
  Result<Report> report = portal.build(stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::cancelled) << report.error().text();
}

// The server dies in the middle: an error that says so, and no hanging.
TEST(Sources, SaysThatTheConnectionIsLost) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, note text);");
  portal.file("t.csv", "id,note\n" + numbers(0, 400'000));
  portal.table("t", "t.csv");
  std::atomic<bool> done = false;
  portal.listener.on_progress = [&] {
    if (done.exchange(true)) return;
    (void)cluster().session().script(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'slipway ingest'");
  };
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::failed) << report.error().text();
}

}  // namespace
}  // namespace slipway::ingest::test
