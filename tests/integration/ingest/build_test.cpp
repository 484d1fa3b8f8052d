// The way of a build, over a real server: what arrives, what is refused, and how that is told.
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

using testing::Test;

TEST(Build, LoadsCsvByName) {
  Portal portal;
  portal.schema(
      "CREATE TABLE image (id bigint PRIMARY KEY, name text NOT NULL, size int DEFAULT 3, note text);");
  portal.file("image.csv", "id,name,note\n1,one,\n2,\"t\"\"w,o\nlines\",\"\"\r\n");
  portal.table("image", "image.csv");
  const Report report = portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM image ORDER BY id"), "1|one|3|NULL\n2|t\"w,o\nlines|3|\n");
  EXPECT_EQ(report.tables.at("image").loaded, 2);
  EXPECT_EQ(report.tables.at("image").read, 2);
  EXPECT_EQ(report.read.at("image_files"), 2);
  EXPECT_EQ(report.input_fingerprint.size(), 64U);
  EXPECT_EQ(portal.listener.phases,
            (std::vector<std::string>{"schema", "load", "indexes", "analyze", "count"}));
  EXPECT_EQ(portal.value("SELECT count(*) FROM pg_index WHERE indrelid = 'image'::regclass"), "1");
}

TEST(Build, LoadsJsonByNameAndByPointer) {
  Portal portal;
  portal.schema(
      "CREATE TABLE study (id int PRIMARY KEY, name text, doc jsonb, size numeric DEFAULT 7, made "
      "timestamptz);"
      "CREATE TABLE part (study int, first text, kind text, weight float8);");
  portal.file(
      "study.ndjson",
      R"({"id": 1, "name": "a\u00e9\n", "doc": {"b": [1, 2]}, "size": 12345678901234567890.12345, "made": "2024-05-06T07:08:09Z"})"
      "\n\n"
      R"({"name": null, "id": 2, "doc": "x"})"
      "\n");
  portal.table("study", "*.ndjson");
  config::Table& part = portal.table("part", "*.ndjson");
  part.columns.resize(4);
  part.columns[0].name = "study";
  part.columns[0].path = "/id";
  part.columns[1].name = "first";
  part.columns[1].path = "/doc/b/0";
  part.columns[1].fallback = "none";
  part.columns[2].name = "kind";
  part.columns[2].constant = "study";
  part.columns[3].name = "weight";
  part.columns[3].path = "/weight";
  portal.built();
  EXPECT_EQ(
      portal.rows("SELECT * FROM study ORDER BY id"),
      "1|aé\n|{\"b\": [1, 2]}|12345678901234567890.12345|2024-05-06 07:08:09+00\n2|NULL|\"x\"|7|NULL\n");
  EXPECT_EQ(portal.rows("SELECT * FROM part ORDER BY study"), "1|1|study|NULL\n2|none|study|NULL\n");
}

TEST(Build, RefusesRowsWithReasons) {
  Portal portal;
  portal.schema(
      "CREATE TYPE mood AS ENUM ('glad', 'sad');"
      "CREATE TABLE t (id int NOT NULL, name varchar(3), m mood, d date, j jsonb, n numeric(4,2), CHECK (id "
      "<> 13));");
  portal.file("t.csv",
              "id,name,m,d,j,n\n"
              "1,abc,glad,2024-02-29,{},12.345\n"
              "x,abc,glad,2024-02-29,{},1\n"
              "99999999999,abc,glad,2024-02-29,{},1\n"
              "4,abcd,glad,2024-02-29,{},1\n"
              "5,abc,angry,2024-02-29,{},1\n"
              "6,abc,glad,2023-02-29,{},1\n"
              "7,abc,glad,2024-02-29,{,1\n"
              "8,abc,glad,2024-02-29,{},123\n"
              ",abc,glad,2024-02-29,{},1\n"
              "10,a\xff,glad,2024-02-29,{},1\n"
              "11,abc,glad\n"
              "12,a\"b,glad,2024-02-29,{},1\n"
              "13,abc,glad,2024-02-29,{},1\n"
              "14,\xC3\xA9\xC3\xA9\xC3\xA9  ,sad,2024-12-31,\"{\"\"a\"\": \"\"\xC3\xA9\"\"}\",99.99\n");
  portal.table("t", "t.csv");
  portal.allow(20);
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("t").read, 14);
  EXPECT_EQ(report.tables.at("t").loaded, 2);
  EXPECT_EQ(report.tables.at("t").rejected, 12);
  EXPECT_EQ(portal.rows("SELECT id, name, n FROM t ORDER BY id"), "1|abc|12.35\n14|ééé|99.99\n");
  const std::string rejects = portal.read("rejects/t.t.csv.rejects.csv");
  EXPECT_TRUE(rejects.starts_with("id,name,m,d,j,n\nx,abc,")) << rejects;
  const std::string log = portal.read("rejects/t.t.csv.rejects.log");
  std::istringstream lines(log);
  std::vector<std::string> all;
  for (std::string line; std::getline(lines, line);) all.push_back(line);
  ASSERT_EQ(all.size(), 12U) << log;
  const auto has = [&](std::size_t which, const std::string& text) {
    EXPECT_NE(all[which].find(text), std::string::npos) << all[which];
  };
  has(0, R"("line":3)");
  has(0, R"("column":"id","value":"x","reason":"invalid input syntax for type integer)");
  has(1, "out of range");
  has(2, "value too long for type character varying(3)");
  has(3, "not a value of the enum mood, which has: glad, sad");
  has(4, "date/time field value out of range");
  has(5, "invalid input syntax for type json");
  has(6, "numeric field overflow");
  has(7, "NOT NULL");
  has(8, "invalid UTF-8: byte 0xff at byte 2");
  has(9, "the row has 3 fields, the file's first line has 6");
  has(10, "a quote stands inside a field");
  has(11, "violates check constraint");
}

TEST(Build, StopsWhereRejectsAreTooMany) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int);");
  portal.file("t.csv", "id\n1\nx\ny\n");
  portal.table("t", "t.csv");
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::refused);
  EXPECT_NE(report.error().text().find(
                "table t: 2 of 3 rows read so far were rejected; the limit is: none allowed"),
            std::string::npos)
      << report.error().text();
  EXPECT_NE(report.error().text().find("t.csv:3: id: invalid input syntax"), std::string::npos)
      << report.error().text();
  EXPECT_NE(report.error().text().find("t.t.csv.rejects.log"), std::string::npos);
}

TEST(Build, HoldsTheFence) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int);");
  portal.file("t.csv", "id\n1\n");
  portal.table("t", "t.csv");
  portal.fence = 6;
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().text().find("taken over"), std::string::npos) << report.error().text();
}

}  // namespace
}  // namespace slipway::ingest::test
