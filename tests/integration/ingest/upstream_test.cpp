// Tables that come from an upstream server: every kind of value as it was, columns by their names, and only
// the rows that were asked for.
#include "tests/integration/ingest/upstream.hpp"

#include <gmock/gmock.h>

namespace slipway::ingest::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const char* const built_in_types =
    "CREATE TABLE t (id bigint PRIMARY KEY, s smallint, b bool, r real, d float8, n numeric, n2 "
    "numeric(12,3), "
    "x text, v varchar(20), c char(4), y bytea, day date, tz timestamptz, ts timestamp, tm time, tt timetz, "
    "iv interval, u uuid, j json, jb jsonb, ip inet, net cidr, mac macaddr, bits bit varying(9), p point, "
    "ints int[], texts text[][], nums numeric[], stamps timestamptz[], rng int4range, mr nummultirange, "
    "tsv tsvector, xm xml, o oid, nm name);";

const char* const their_rows = R"(
INSERT INTO t VALUES
(1, -32768, true, 'NaN', '-Infinity', '123456789012345678901234567890.0987654321', -1.5, E'tab\tback\\slash\nline',
 '', 'ab', '\x00ff5c', '0044-03-15 BC', '2024-02-29 23:59:59.999999+14', 'infinity', '24:00', '01:02:03.4+05:30',
 '1 year -2 days 03:04:05.6', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"b":1,  "a": [null]}', '{"b":1, "a": "\u00e9"}',
 '::1/64', '10.0.0.0/8', '08:00:2b:01:02:03', B'101', '(1.5,-2)', '[2:4]={1,NULL,3}', '{{a,"b,\"c"},{NULL,"\\N"}}',
 '{NaN,1.10,NULL}', '{2024-01-01 00:00Z,-infinity}', '[1,5)', '{[1.5,2),(3,)}', 'a:1 fat:2B cat', '<a>é</a>', 42, 'n'),
(2, NULL, NULL, NULL, 0.1, NULL, NULL, '\N', NULL, NULL, '', NULL, '0001-01-01 BC', NULL, NULL, NULL, NULL, NULL, NULL,
 'null', NULL, NULL, NULL, NULL, NULL, '{}', '{}', NULL, NULL, 'empty', '{}', '', NULL, NULL, NULL),
(3, 1, false, 1e-45, 2.2250738585072014e-308, 'Infinity', 999999999.999, 'é日本🙂', 'ü', 'x', '\xdeadbeef', 'infinity',
 'epoch', 'epoch', '00:00', '00:00-12', '-178000000 years', '00000000-0000-0000-0000-000000000000', '[]', '[]',
 '1.2.3.4', '::/0', '00:00:00:00:00:00', B'', '(NaN,Infinity)', '{2147483647}', '{"",NULL}', '{}', '{}', '(,)', '{(,)}',
 NULL, '', 4294967295, repeat('n', 63)))";

TEST(Upstream, BringsBuiltInTypesInBinary) {
  UpstreamPortal portal;
  portal.schema(built_in_types);
  portal.there(built_in_types);
  portal.there(their_rows);
  portal.from("t", "t");
  const Report report = portal.built();
  EXPECT_EQ(portal.listener.all_lines(), "");
  portal.expect_same("t", "t");
  EXPECT_EQ(report.tables.at("t").read, 3);
  EXPECT_EQ(report.tables.at("t").loaded, 3);
  EXPECT_EQ(report.read.at("catalog.t"), 3);
  ASSERT_EQ(report.inputs.size(), 1U);
  EXPECT_THAT(report.inputs[0], testing::MatchesRegex("catalog\\.t at 20[0-9:TZ-]+ snapshot [0-9A-F-]+"));
  EXPECT_EQ(portal.listener.last.at("t").rows, 3);
  EXPECT_GT(portal.listener.last.at("t").bytes_read, 100);
  EXPECT_EQ(portal.value("SELECT relallvisible = relpages FROM pg_class WHERE relname = 't'"), "t");
}

TEST(Upstream, BringsTheSameByText) {
  UpstreamPortal portal;
  portal.schema(built_in_types);
  // Where one type differs, the whole table goes by text.
  portal.there(std::string(built_in_types) + their_rows + "; ALTER TABLE t ALTER s TYPE int");
  portal.from("t", "t");
  portal.built();
  EXPECT_THAT(portal.listener.all_lines(),
              HasSubstr("table t: goes by text COPY, which is slower, because of: s (integer there, smallint "
                        "here)"));
  portal.expect_same("t", "t");
}

TEST(Upstream, BringsTypesOfOnesOwnByText) {
  UpstreamPortal portal;
  const std::string made =
      "CREATE TYPE mood AS ENUM ('glad', 'it''s \"so\"'); CREATE DOMAIN small AS int CHECK (VALUE < 10);"
      "CREATE TYPE pair AS (a int, b text);"
      "CREATE TABLE t (id int, m mood, ms mood[], k small, p pair, r regclass);";
  portal.schema(made);
  // Other numbers than there.
  portal.there("CREATE TYPE other AS ENUM ('glad'); CREATE TABLE first (a int);" + made);
  portal.there(
      "INSERT INTO t VALUES (1, 'glad', '{glad,\"it''s \\\"so\\\"\"}', 9, '(1,\"a,b\")', 'pg_class'), "
      "(2, 'it''s \"so\"', '{}', NULL, NULL, 't')");
  portal.from("t", "t");
  portal.built();
  EXPECT_THAT(portal.listener.all_lines(),
              HasSubstr("m (mood), ms (mood[]), k (small), p (pair), r (regclass)"));
  portal.expect_same("t", "t");
}

TEST(Upstream, MatchesColumnsByName) {
  UpstreamPortal portal;
  portal.schema(
      "CREATE TABLE image (doubled int GENERATED ALWAYS AS (size * 2) STORED, note text DEFAULT 'none', "
      "id serial PRIMARY KEY, size int);");
  portal.there(
      "CREATE TABLE picture (id int, size int, doubled int, secret text, extra text);"
      "INSERT INTO picture SELECT g, g * 10, -1, 'x', 'y' FROM generate_series(1, 5) g");
  config::Table& table = portal.from("image", "picture");
  table.exclude = {"secret"};
  portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM image WHERE id > 3 ORDER BY id"), "80|none|4|40\n100|none|5|50\n");
  EXPECT_EQ(portal.value("SELECT nextval('image_id_seq')"), "6");
  const std::string lines = portal.listener.all_lines();
  EXPECT_THAT(lines, HasSubstr("table image: not in the table, so not read from catalog.picture: extra\n"));
  EXPECT_THAT(lines, HasSubstr("table image: left out of catalog.picture by `exclude`: secret\n"));
  EXPECT_THAT(lines, HasSubstr("table image: not in catalog.picture, so left to their defaults: note\n"));
}

TEST(Upstream, ReadsOnlyWhatIsAskedFor) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE licensed (id int, license text); CREATE TABLE few (id int);");
  portal.there(
      "CREATE TABLE image (id int, license text);"
      "INSERT INTO image SELECT g, CASE WHEN g % 2 = 0 THEN 'by' END FROM generate_series(1, 100) g;"
      "CREATE VIEW seen AS SELECT id FROM image");
  portal.from("licensed", "image").where = "image.license is not null -- a comment";
  portal.from("few", "public.seen").limit = 7;
  const Report report = portal.built();
  EXPECT_EQ(portal.value("SELECT count(*) || ' ' || count(license) FROM licensed"), "50 50");
  EXPECT_EQ(portal.value("SELECT count(*) FROM few"), "7");
  EXPECT_EQ(report.read.at("catalog.image"), 50);
}

TEST(Upstream, FillsPartitions) {
  UpstreamPortal portal;
  portal.schema(
      "CREATE TABLE m (id int, day date) PARTITION BY RANGE (day);"
      "CREATE TABLE m23 PARTITION OF m FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');"
      "CREATE TABLE m24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');");
  portal.there(
      "CREATE TABLE m (id int, day date);"
      "INSERT INTO m SELECT g, date '2023-12-01' + g FROM generate_series(0, 99) g");
  portal.from("m", "m");
  portal.built();
  EXPECT_EQ(portal.rows("SELECT tableoid::regclass, count(*) FROM m GROUP BY 1 ORDER BY 1"),
            "m23|31\nm24|69\n");
  EXPECT_THAT(portal.listener.all_lines(), HasSubstr("table m is loaded through its parent"));
  EXPECT_EQ(
      portal.value("SELECT bool_and(relallvisible = relpages) FROM pg_class WHERE relname IN ('m23', 'm24')"),
      "t");
}

TEST(Upstream, TakesNamesAsTheyAre) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE \"My \"\"Image\"\"; --\" (\"Ä b\" int, \"it's\" text, \"select\" int);");
  portal.there(
      "CREATE SCHEMA \"The.Schema\"; CREATE TABLE \"The.Schema\".\"My \"\"Table\"\"\" "
      "(\"select\" int, \"it's\" text, \"Ä b\" int, \"äB\" int);"
      "INSERT INTO \"The.Schema\".\"My \"\"Table\"\"\" VALUES (1, 'x', 2, 3)");
  portal.from("My \"Image\"; --", "\"The.Schema\".\"My \"\"Table\"\"\"");
  portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM \"My \"\"Image\"\"; --\""), "2|x|1\n");
}

TEST(Upstream, StandsBesideFiles) {
  UpstreamPortal portal;
  portal.schema("CREATE TABLE a (id int); CREATE TABLE b (id int);");
  portal.there("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2)");
  portal.file("b.csv", "id\n3\n");
  portal.from("a", "a");
  portal.table("b", "b.csv");
  const Report report = portal.built();
  EXPECT_EQ(portal.value("SELECT count(*) FROM a"), "2");
  EXPECT_EQ(portal.value("SELECT count(*) FROM b"), "1");
  EXPECT_EQ(report.inputs.size(), 2U);
  EXPECT_EQ(report.input_fingerprint.size(), 64U);
}

}  // namespace
}  // namespace slipway::ingest::test
