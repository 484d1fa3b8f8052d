// Partitioned tables: every row straight into its leaf and frozen there, whatever the key; rows that no
// partition takes are rejects; names stay.
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

constexpr const char* frozen = R"(
SELECT t.relid::regclass, c.relallvisible = c.relpages FROM pg_partition_tree('m') t JOIN pg_class c ON c.oid = t.relid
WHERE t.isleaf ORDER BY 1)";

// Loads t.csv into m, whose rows must all have gone the fast way.
void expect_leaves(Portal& portal, const std::string& counts, std::int64_t rejects = 0) {
  portal.table("m", "t.csv");
  portal.allow(rejects);
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("m").rejected, rejects);
  EXPECT_EQ(portal.listener.all_lines(), "");
  EXPECT_EQ(portal.rows("SELECT tableoid::regclass, count(*) FROM m GROUP BY 1 ORDER BY 1"), counts);
  EXPECT_EQ(portal.rows(frozen).find("|f"), std::string::npos) << portal.rows(frozen);
}

TEST(Partitions, TakeRangesOfDates) {
  Portal portal;
  portal.schema(
      "CREATE TABLE m (id int, day date) PARTITION BY RANGE (day);"
      "CREATE TABLE old PARTITION OF m FOR VALUES FROM (MINVALUE) TO ('1999-01-01');"
      "CREATE TABLE m24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
      "CREATE TABLE future PARTITION OF m FOR VALUES FROM ('2026-01-01') TO (MAXVALUE);");
  portal.file("t.csv",
              "id,day\n1,1998-12-31\n2,1999-01-01\n3,2024-01-01\n4,2024-12-31\n5,2025-01-01\n6,infinity\n"
              "7,-infinity\n8,\n9,2026-01-01\n10,1066-10-14\n");
  expect_leaves(portal, "old|3\nm24|2\nfuture|2\n", 3);
  const std::string log = portal.read("rejects/m.t.csv.rejects.log");
  EXPECT_NE(log.find(R"_("line":3,"byte":20,"column":null,"value":"(day) = (1999-01-01)","reason":"table m )_"
                     R"_(has no partition for the row's partition key")_"),
            std::string::npos)
      << log;
  EXPECT_NE(log.find("(day) = (NULL)"), std::string::npos) << log;
}

TEST(Partitions, TakeRangesOfNumbersAndADefault) {
  for (const char* type : {"smallint", "int", "bigint", "numeric", "float8"}) {
    Portal portal;
    portal.schema(
        fmt::format("CREATE TABLE m (k {}) PARTITION BY RANGE (k);"
                    "CREATE TABLE below PARTITION OF m FOR VALUES FROM (-300) TO (-5);"
                    "CREATE TABLE above PARTITION OF m FOR VALUES FROM (-5) TO (400);"
                    "CREATE TABLE others PARTITION OF m DEFAULT;",
                    type));
    portal.file("t.csv", "k\n-301\n-300\n-6\n-5\n0\n399\n400\n\"\"\n");
    portal.table("m", "t.csv").columns.resize(1);
    config::Column& column = portal.pipeline().tables[0].columns[0];
    column.name = "k";
    column.null_if = {""};
    portal.built();
    EXPECT_EQ(portal.rows("SELECT tableoid::regclass, count(*) FROM m GROUP BY 1 ORDER BY 1"),
              "below|2\nabove|3\nothers|3\n")
        << type;
    EXPECT_EQ(portal.listener.all_lines(), "") << type;
    EXPECT_EQ(portal.rows(frozen).find("|f"), std::string::npos) << type;
  }
}

TEST(Partitions, TakeListsWithNullAndQuotes) {
  Portal portal;
  portal.schema(
      "CREATE TABLE m (id int, \"a key\" text) PARTITION BY LIST (\"a key\");"
      "CREATE TABLE \"The first\" PARTITION OF m FOR VALUES IN ('it''s', 'b\\c', 'ü');"
      "CREATE TABLE nothing PARTITION OF m FOR VALUES IN (NULL);");
  portal.file("t.csv", "id,a key\n1,it's\n2,b\\c\n3,ü\n4,\n5,other\n6,it's\n");
  expect_leaves(portal, "\"The first\"|4\nnothing|1\n", 1);
}

TEST(Partitions, TakeHashes) {
  Portal portal;
  portal.schema(
      "CREATE TABLE m (id bigint, name text) PARTITION BY HASH (id, name);"
      "CREATE TABLE m0 PARTITION OF m FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
      "CREATE TABLE m1 PARTITION OF m FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
      "CREATE TABLE same (id bigint, name text);");
  std::string csv = "id,name\n";
  for (int i = 0; i < 400; ++i) csv += fmt::format("{},n{}\n", i % 100, i % 7);
  portal.file("t.csv", csv);
  portal.table("m", "t.csv");
  portal.built();
  EXPECT_EQ(portal.listener.all_lines(), "");
  EXPECT_EQ(portal.value("SELECT count(*) FROM m"), "400");
  EXPECT_EQ(portal.rows(frozen), "m0|t\nm1|t\n");
}

// Levels of levels, other column orders, another schema, orders that are not the database's own.
TEST(Partitions, TakeSeveralLevels) {
  Portal portal;
  portal.schema(
      "CREATE TYPE kind AS ENUM ('x', 'y'); CREATE SCHEMA IF NOT EXISTS elsewhere;"
      "CREATE TABLE m (id int, at timestamptz NOT NULL, name text COLLATE \"C\", k kind, dropped int) "
      "PARTITION BY RANGE (at);"
      "ALTER TABLE m DROP COLUMN dropped;"
      "CREATE TABLE y24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY LIST "
      "(k);"
      "CREATE TABLE y24_x PARTITION OF y24 FOR VALUES IN ('x') PARTITION BY RANGE (name);"
      "CREATE TABLE y24_x_upper PARTITION OF y24_x FOR VALUES FROM ('A') TO ('a');"
      "CREATE TABLE y24_x_lower PARTITION OF y24_x FOR VALUES FROM ('a') TO (MAXVALUE);"
      "CREATE TABLE elsewhere.y24_y (k kind, name text COLLATE \"C\", at timestamptz NOT NULL, id int);"
      "ALTER TABLE y24 ATTACH PARTITION elsewhere.y24_y FOR VALUES IN ('y');"
      "CREATE TABLE rest PARTITION OF m DEFAULT;");
  portal.file("t.csv",
              "id,at,name,k\n1,2024-01-01 00:00:00Z,Zoe,x\n2,2024-05-01,zoe,x\n3,2024-05-01,bob,y\n"
              "4,2024-01-01 00:00+01,bob,y\n5,2024-05-01,,x\n6,2024-12-31 23:59:59.999999Z,Abe,x\n");
  expect_leaves(portal, "y24_x_upper|2\ny24_x_lower|1\nelsewhere.y24_y|1\nrest|1\n", 1);
  EXPECT_EQ(portal.value("SELECT name FROM elsewhere.y24_y"), "bob");
}

TEST(Partitions, GoThroughTheParentWhereTheyMust) {
  Portal portal;
  portal.schema(
      "CREATE TABLE m (id int, name text) PARTITION BY LIST (lower(name));"
      "CREATE TABLE a PARTITION OF m FOR VALUES IN ('a');"
      "CREATE TABLE h (id bigint) PARTITION BY HASH (id);"
      "CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 1, REMAINDER 0);"
      "CREATE TABLE d (id int, k int DEFAULT 1) PARTITION BY LIST (id);"
      "CREATE TABLE d1 PARTITION OF d (k DEFAULT 2) FOR VALUES IN (1);");
  std::string many = "id\n";
  for (int i = 0; i < 6000; ++i) many += fmt::format("{}\n", i);
  portal.file("m.csv", "id,name\n1,a\n2,A\n3,b\n");
  portal.file("h.csv", many);
  portal.file("d.csv", "id\n1\n");
  portal.table("m", "m.csv");
  portal.table("h", "h.csv");
  portal.table("d", "d.csv");
  portal.allow(1);
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("m").rejected, 1);
  EXPECT_EQ(portal.rows("SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM h0), (SELECT k FROM d)"),
            "2|6000|1\n");
  const std::string lines = portal.listener.all_lines();
  for (const char* line :
       {"table m is loaded through its parent, which is slower: a partition key is an expression",
        "table h: its partition keys have too many values",
        "table d is loaded through its parent, which is slower: column k has another default"})
    EXPECT_NE(lines.find(line), std::string::npos) << lines;
}

// A CHECK refuses a row of a leaf: again with care.
TEST(Partitions, FindTheRowThatACheckRefuses) {
  Portal portal;
  portal.schema(
      "CREATE TABLE m (id int CHECK (id <> 2), k int) PARTITION BY LIST (k);"
      "CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1); CREATE TABLE m2 PARTITION OF m FOR VALUES IN (2);");
  portal.file("t.csv", "id,k\n1,1\n2,2\n3,2\n4,9\n");
  portal.table("m", "t.csv");
  portal.allow(2);
  EXPECT_EQ(portal.built().tables.at("m").rejected, 2);
  EXPECT_EQ(portal.rows("SELECT (SELECT count(*) FROM m1), (SELECT count(*) FROM m2)"), "1|1\n");
}

}  // namespace
}  // namespace slipway::ingest::test
