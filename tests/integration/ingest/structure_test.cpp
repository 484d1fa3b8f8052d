// Keys, indexes, foreign keys, triggers, sequences: after a build the catalog says what the schema files
// said.
#include "base/process.hpp"
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

// As people and pg_dump write them, with everything that hangs on an index or a constraint.
constexpr const char* rich_schema = R"(
BEGIN;
\restrict abc
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never; during a load'; END $$;
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT CASE WHEN $1 > 0 THEN $1 * 2 ELSE 0 END; END;
CREATE TABLE "Study" (id serial, code text NOT NULL, "group" int, span int4range, note text,
  double int GENERATED ALWAYS AS (twice("group")) STORED,
  CONSTRAINT "Study_pkey" PRIMARY KEY (id) WITH (fillfactor = 80),
  CONSTRAINT code_unique UNIQUE (code) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT no_overlap EXCLUDE USING gist ("group" WITH =, span WITH &&),
  CHECK ("group" < 1000));
COMMENT ON CONSTRAINT "Study_pkey" ON "Study" IS 'the ''key''';
COMMENT ON INDEX code_unique IS 'unique codes';
CREATE UNIQUE INDEX lower_code ON "Study" (lower(code) DESC NULLS LAST) INCLUDE (note) WHERE "group" > 0;
ALTER INDEX lower_code ALTER COLUMN 1 SET STATISTICS 500;
CREATE INDEX plain ON "Study" USING hash (note) WITH (fillfactor = 70);
ALTER TABLE "Study" CLUSTER ON "Study_pkey";
CREATE UNIQUE INDEX identity ON "Study" (id, code);
ALTER TABLE "Study" REPLICA IDENTITY USING INDEX identity;
CREATE TRIGGER touch BEFORE INSERT ON "Study" FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER quiet AFTER UPDATE ON "Study" FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE "Study" DISABLE TRIGGER quiet;
COMMENT ON TRIGGER touch ON "Study" IS 'touches';
CREATE TABLE sample (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, study int,
  CONSTRAINT of_study FOREIGN KEY (study) REFERENCES "Study" ON DELETE CASCADE DEFERRABLE);
COMMENT ON CONSTRAINT of_study ON sample IS 'whose';
CREATE TABLE unloaded (study int REFERENCES "Study" (id));
CREATE VIEW per_study (number, code, note) WITH (security_barrier = true) AS SELECT s.id, s.code, s.note COLLATE "C", a.id, count(*)::numeric(9, 2) AS many FROM "Study" s, sample a GROUP BY s.id, a.id;
COMMENT ON VIEW per_study IS 'groups by keys';
CREATE VIEW over_it AS SELECT number, code FROM per_study;
COMMIT;
)";

constexpr const char* catalog_dump = R"(
SELECT 'constraint', conrelid::regclass, conname, contype::text, pg_get_constraintdef(oid), condeferrable, condeferred, convalidated::text, obj_description(oid, 'pg_constraint') FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', i.indrelid::regclass, x.relname, pg_get_indexdef(i.indexrelid), array_to_string(x.reloptions, ','), i.indisclustered, i.indisreplident, i.indisvalid::text || i.indisunique::text, obj_description(i.indexrelid, 'pg_class') FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE x.relnamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', tgrelid::regclass, tgname, pg_get_triggerdef(oid), tgenabled::text, false, false, '', obj_description(oid, 'pg_trigger') FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'statistics', a.attrelid::regclass, a.attname, a.attstattarget::text, '', false, false, '', '' FROM pg_attribute a JOIN pg_class x ON x.oid = a.attrelid WHERE x.relnamespace = 'public'::regnamespace AND a.attstattarget >= 0 AND x.relkind = 'i'
UNION ALL SELECT 'table', oid, relname, relreplident::text, pg_get_userbyid(relowner), relhastriggers, relhasindex, '', '' FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
UNION ALL SELECT 'view', oid, relname, pg_get_viewdef(oid), array_to_string(reloptions, ','), false, false, relacl::text, obj_description(oid, 'pg_class') FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
ORDER BY 1, 3, 2, 4)";

TEST(Structure, IsTheSameAfterTheLoad) {
  Portal declared;
  declared.schema(rich_schema);
  declared.file("none.csv", "note\n");
  declared.table("unloaded", "none.csv");
  declared.pipeline().tables.clear();  // only the schema is made
  declared.built();

  Portal portal;
  portal.schema(rich_schema);
  portal.file("study.csv", "id,code,group,span,note\n7,a,1,\"[1,2)\",x\n9,b,2,,y\n3,c,1,\"[5,9)\",\n");
  portal.file("sample.csv", "id,study\n5,7\n6,\n");
  portal.table("Study", "study.csv");
  portal.table("sample", "sample.csv");
  portal.built();

  EXPECT_EQ(declared.rows(catalog_dump), portal.rows(catalog_dump));
  EXPECT_EQ(portal.rows("SELECT id, double FROM \"Study\" ORDER BY id"), "3|2\n7|2\n9|4\n");
  EXPECT_EQ(portal.value("SELECT nextval('\"Study_id_seq\"')"), "10");
  EXPECT_EQ(portal.value("SELECT nextval('sample_id_seq')"), "7");
  EXPECT_EQ(portal.listener.all_lines().find("stays on"), std::string::npos) << portal.listener.all_lines();
  EXPECT_NE(portal.listener.all_lines().find("goes by text COPY"), std::string::npos);
}

// What pg_dump writes is a schema file too: settings, an empty search_path, qualified names, owners and all.
TEST(Structure, ComesFromADumpAsWell) {
  Portal declared;
  declared.schema(rich_schema);
  declared.built();
  declared.run("DROP TABLE slipway_manifest");
  Command dump;
  dump.argv = {
      "/usr/lib/postgresql/15/bin/pg_dump",   "--schema-only", "-f", declared.folder() / "dump.sql", "-d",
      cluster().conninfo(declared.database())};
  ASSERT_TRUE(run_checked(real_processes(), dump));

  Portal portal;
  portal.schema(declared.read("dump.sql"));
  portal.file("study.csv", "id,code,group\n7,a,1\n");
  portal.table("Study", "study.csv");
  portal.built();
  portal.run("DROP TABLE slipway_manifest");
  EXPECT_EQ(declared.rows(catalog_dump), portal.rows(catalog_dump));
}

// A materialized view cannot be replaced.
TEST(Structure, SaysWhyAKeyStaysOn) {
  Portal portal;
  portal.schema(
      "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE VIEW v AS SELECT id, name FROM t GROUP BY id;"
      "CREATE MATERIALIZED VIEW mv AS SELECT id, name FROM t GROUP BY id;");
  portal.file("t.csv", "id,name\n1,a\n");
  portal.table("t", "t.csv");
  portal.built();
  EXPECT_NE(portal.listener.all_lines().find(
                "t_pkey of table t stays on during the load, which is slower: cannot drop constraint t_pkey "
                "on table t because other objects depend on it (materialized view mv depends on constraint"),
            std::string::npos)
      << portal.listener.all_lines();
  EXPECT_EQ(portal.rows("SELECT * FROM v"), "1|a\n");
}

TEST(Structure, MaterializedViewsHoldWhatWasLoaded) {
  Portal portal;
  portal.schema(
      "CREATE TABLE t (id int PRIMARY KEY, name text); CREATE MATERIALIZED VIEW names AS SELECT name FROM t;"
      "CREATE MATERIALIZED VIEW counted AS SELECT count(*) AS n FROM names;"
      "CREATE MATERIALIZED VIEW later AS SELECT * FROM t WITH NO DATA;");
  portal.file("t.csv", "id,name\n1,a\n2,b\n");
  portal.table("t", "t.csv");
  portal.built();
  EXPECT_EQ(portal.rows("SELECT n, (SELECT count(*) FROM names) FROM counted"), "2|2\n");
  EXPECT_EQ(portal.rows("SELECT relispopulated FROM pg_class WHERE relname = 'later'"), "f\n");
}

TEST(Structure, NamesDuplicateKeys) {
  Portal portal;
  portal.schema("CREATE TABLE t (a int, b text, PRIMARY KEY (a, b));");
  portal.file("t.csv", "a,b\n1,x\n1,y\n1,x\n2,z\n2,z\n");
  portal.table("t", "t.csv");
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::refused);
  EXPECT_NE(report.error().text().find(
                "table t: t_pkey (\"a\", \"b\") is not unique: more than one row has (1, x), (2, z)"),
            std::string::npos)
      << report.error().text();
}

TEST(Structure, NamesMissingKeys) {
  Portal portal;
  portal.schema(
      "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int CONSTRAINT of_p "
      "REFERENCES p);");
  portal.file("p.csv", "id\n1\n");
  portal.file("c.csv", "id,p\n1,1\n2,55\n3,\n4,77\n");
  portal.table("p", "p.csv");
  portal.table("c", "c.csv");
  Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::refused);
  EXPECT_NE(
      report.error().text().find("foreign key of_p (\"p\"): \"public\".\"p\" has no row for (55), (77)"),
      std::string::npos)
      << report.error().text();
}

TEST(Structure, KeepsPartitions) {
  Portal portal;
  portal.schema(
      "CREATE TABLE m (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);"
      "CREATE TABLE m24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');"
      "CREATE TABLE m25 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');");
  portal.file("m.csv", "id,day\n1,2024-05-05\n2,2025-05-05\n3,2030-01-01\n");
  portal.table("m", "m.csv");
  portal.allow(1);
  const Report report = portal.built();
  EXPECT_EQ(report.tables.at("m").loaded, 2);
  EXPECT_EQ(portal.rows("SELECT (SELECT count(*) FROM m24), (SELECT count(*) FROM m25)"), "1|1\n");
  EXPECT_NE(portal.read("rejects/m.m.csv.rejects.log").find("table m has no partition for"),
            std::string::npos);
}

// Levels, indexes with names of their own that were attached, a leaf's own, foreign keys both ways.
constexpr const char* partitioned_schema = R"(
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never'; END $$;
CREATE TABLE study (id int PRIMARY KEY);
CREATE TABLE m (id int NOT NULL, day date NOT NULL, study int, note text,
  CONSTRAINT m_key PRIMARY KEY (id, day) WITH (fillfactor = 71),
  CONSTRAINT m_once UNIQUE (day, id, note) WITH (fillfactor = 72) DEFERRABLE INITIALLY DEFERRED) PARTITION BY RANGE (day);
CREATE TABLE m24 PARTITION OF m FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE m25 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (id);
CREATE TABLE m25_1 PARTITION OF m25 FOR VALUES IN (1);
CREATE TABLE m25_rest (note text, study int, id int NOT NULL, day date NOT NULL);
ALTER TABLE m25_rest ADD CONSTRAINT "Its own key" PRIMARY KEY (id, day);
CREATE INDEX "its own index" ON m25_rest (study) WITH (fillfactor = 60);
ALTER TABLE m25_rest ADD CONSTRAINT its_own_fk FOREIGN KEY (study) REFERENCES study;
ALTER TABLE m25 ATTACH PARTITION m25_rest DEFAULT;
CREATE INDEX m_study ON m (study);
CREATE UNIQUE INDEX m_unique ON m (day DESC, id, note) INCLUDE (study) WHERE study > 0;
CREATE INDEX only_here ON m24 (lower(note));
CREATE INDEX unfinished ON ONLY m (note);
ALTER TABLE m24 CLUSTER ON only_here;
ALTER TABLE m25_1 REPLICA IDENTITY USING INDEX m25_1_pkey;
COMMENT ON CONSTRAINT m_key ON m IS 'the key';
COMMENT ON INDEX "its own index" IS 'of a leaf';
ALTER TABLE m ADD CONSTRAINT of_study FOREIGN KEY (study) REFERENCES study;
CREATE TABLE part (id int, m int, day date, CONSTRAINT of_m FOREIGN KEY (m, day) REFERENCES m);
CREATE TRIGGER touch BEFORE INSERT ON m FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TRIGGER leaf_touch BEFORE INSERT ON m24 FOR EACH ROW EXECUTE FUNCTION touch();
)";

constexpr const char* family_dump = R"(
SELECT h.inhrelid::regclass::text, h.inhparent::regclass::text, x.relispartition, c.conname, p.conname, c.coninhcount, c.conislocal
FROM pg_inherits h JOIN pg_class x ON x.oid = h.inhrelid
LEFT JOIN pg_constraint c ON c.conindid = h.inhrelid AND c.contype IN ('p', 'u') LEFT JOIN pg_constraint p ON p.oid = c.conparentid
UNION ALL
SELECT c.conrelid::regclass::text, c.confrelid::regclass::text, c.convalidated, c.conname, p.conname, c.coninhcount, c.conislocal
FROM pg_constraint c LEFT JOIN pg_constraint p ON p.oid = c.conparentid WHERE c.contype = 'f'
ORDER BY 1, 2, 4)";

TEST(Structure, OfPartitionsIsTheSameAfterTheLoad) {
  Portal declared;
  declared.schema(partitioned_schema);
  declared.built();

  Portal portal;
  portal.schema(partitioned_schema);
  portal.file("m.csv",
              "id,day,study,note\n1,2024-05-05,1,a\n1,2025-05-05,1,b\n3,2025-01-01,2,\n4,2024-01-01,,d\n");
  portal.file("study.csv", "id\n1\n2\n");
  portal.file("part.csv", "id,m,day\n1,3,2025-01-01\n");
  for (const char* table : {"m", "study", "part"}) portal.table(table, std::string(table) + ".csv");
  portal.built();

  EXPECT_EQ(portal.listener.all_lines(), "");
  EXPECT_EQ(declared.rows(catalog_dump), portal.rows(catalog_dump));
  EXPECT_EQ(declared.rows(family_dump), portal.rows(family_dump));
  EXPECT_EQ(portal.value("SELECT count(*) FROM m"), "4");
}

TEST(Structure, NamesDuplicateKeysOfPartitions) {
  for (const bool reject : {false, true}) {
    Portal portal;
    portal.schema(
        "CREATE TABLE m (id int PRIMARY KEY) PARTITION BY LIST (id);"
        "CREATE TABLE m1 PARTITION OF m FOR VALUES IN (1); CREATE TABLE m2 PARTITION OF m FOR VALUES IN "
        "(2);");
    portal.file("m.csv", "id\n1\n2\n1\n");
    config::Table& table = portal.table("m", "m.csv");
    if (reject) table.duplicates = config::Duplicates::reject;
    portal.allow(1);
    Result<Report> report = portal.build();
    EXPECT_EQ(static_cast<bool>(report), reject);
    if (report) {
      EXPECT_EQ(portal.value("SELECT count(*) FROM m"), "2");
    } else {
      EXPECT_NE(
          report.error().text().find("table m: m_pkey (\"id\") is not unique: more than one row has (1)"),
          std::string::npos)
          << report.error().text();
    }
  }
}

TEST(Structure, LeavesInheritingTablesAlone) {
  Portal portal;
  portal.schema(
      "CREATE TABLE child (id int); CREATE TABLE parent (id int); ALTER TABLE child INHERIT parent;");
  portal.file("child.csv", "id\n1\n2\n");
  portal.file("parent.csv", "id\n3\n");
  portal.table("child", "child.csv");
  portal.table("parent", "parent.csv");
  portal.built();
  EXPECT_EQ(portal.rows("SELECT (SELECT count(*) FROM child), (SELECT count(*) FROM ONLY parent)"), "2|1\n");
}

TEST(Structure, WorksAsAnOwnerWithFewRights) {
  Portal portal;
  portal.run("CREATE ROLE keeper; CREATE ROLE looker; GRANT CREATE, USAGE ON SCHEMA public TO keeper");
  portal.owner = "keeper";
  portal.reader = "looker";
  portal.schema("CREATE TABLE t (id int PRIMARY KEY); CREATE INDEX i ON t (id);");
  portal.file("t.csv", "id\n1\n");
  portal.table("t", "t.csv");
  portal.built();
  EXPECT_EQ(portal.value("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 't'"), "keeper");
  EXPECT_EQ(portal.value("SELECT has_table_privilege('looker', 't', 'SELECT')"), "t");
  EXPECT_EQ(portal.value("SELECT has_table_privilege('looker', 't', 'INSERT')"), "f");
}

struct Mistake {
  const char* sql;
  const char* says;
};

TEST(Schema, BlamesTheLine) {
  const Mistake mistakes[] = {
      {"CREATE TABLE a (id int);\n\n  CREATE TABLE b (\n    id intt);\n",
       "schema.sql:4:8: type \"intt\" does not exist"},
      {"-- ünï\nSELECT 'ü', nope;", "schema.sql:2:13: column \"nope\" does not exist"},
      {"CREATE TABLE a (id int);\nCREATE TABLE a (id int);", "schema.sql:2:1: relation \"a\" already exists"},
      {"SELECT 1;\n\\copy x from y\n", "schema.sql:2:1: \\copy x from y is a command of psql"},
      {"CREATE TABLE a (id int);\nCOPY a FROM stdin;\n1\n\\.\n", "schema.sql:2:1: COPY"},
      {"CREATE TABLE t (id int);\nVACUUM t;", "schema.sql:2:1: VACUUM cannot run inside a transaction block"},
      {"CREATE TABLE a (\n", "schema.sql:2:1: syntax error at end of input"},
      {"ALTER TABLE a OWNER TO nobody_here;", "schema.sql:1:1: relation \"a\" does not exist"},
  };
  for (const Mistake& mistake : mistakes) {
    Portal portal;
    portal.schema(mistake.sql);
    portal.file("t.csv", "id\n1\n");
    portal.table("t", "t.csv");
    Result<Report> report = portal.build();
    ASSERT_FALSE(report) << mistake.sql;
    EXPECT_EQ(report.error().kind(), Kind::usage) << report.error().text();
    EXPECT_TRUE(report.error().text().starts_with(mistake.says)) << report.error().text();
    EXPECT_EQ(portal.value("SELECT count(*) FROM pg_class WHERE relname IN ('a', 'b')"), "0");
  }
}

}  // namespace
}  // namespace slipway::ingest::test
