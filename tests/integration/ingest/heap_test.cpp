// Tables whose rows are written into their files past the server: they are as any other, and what only the
// server can store, it stores.
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

// The label's place in the type, and not that of its name in the alphabet, is what it compares by.
TEST(Heap, LabelsAreTheTypesOwn) {
  Portal portal;
  portal.schema(
      "CREATE TYPE mood AS ENUM ('sad', 'glad'); ALTER TYPE mood ADD VALUE 'calm' BEFORE 'glad';"
      "CREATE TABLE thing (id int, mood mood, moods mood[])");
  portal.file("thing.csv", "id,mood,moods\n1,glad,\"{sad,glad}\"\n2,calm,{calm}\n3,sad,{}\n4,,{NULL}\n");
  portal.table("thing", "thing.csv");
  EXPECT_EQ(portal.built().tables.at("thing").past_server, 4);
  EXPECT_EQ(portal.rows("SELECT * FROM thing ORDER BY mood"),
            "3|sad|{}\n2|calm|{calm}\n1|glad|{sad,glad}\n4|NULL|{NULL}\n");
}

// Long values are compressed and stored elsewhere as ever, and no page is left for VACUUM.
TEST(Heap, WhatOnlyTheServerCanStoreItStores) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int PRIMARY KEY, note text, price numeric)");
  std::string file = "id,note,price\n";
  for (int id = 0; id < 5'000; ++id)
    file += fmt::format("{},{},{}\n", id,
                        std::string(id % 100 == 7 ? 20'000 : 10, static_cast<char>('a' + id % 26)),
                        id % 1'000 == 13 ? std::string(400, '7') : "12.50");
  portal.file("thing.csv", file);
  portal.table("thing", "thing.csv");
  EXPECT_EQ(portal.built().tables.at("thing").past_server, 4'945);
  EXPECT_EQ(portal.rows("SELECT count(*), count(DISTINCT id), sum(length(note)), sum(price) > 0 FROM thing"),
            "5000|5000|1049500|t\n");
  EXPECT_LT(std::stoll(portal.value("SELECT pg_table_size('thing')")), 1'000'000);
  portal.run("CREATE EXTENSION pg_visibility");
  EXPECT_EQ(
      portal.value(
          "SELECT all_frozen = pg_relation_size('thing') / 8192 FROM pg_visibility_map_summary('thing')"),
      "t");
  EXPECT_EQ(portal.rows("SELECT * FROM pg_check_frozen('thing')"), "");
  EXPECT_EQ(portal.damage("thing"), "");
}

// The map lies on more than one page from 255 MiB on; here it has one.
TEST(Heap, AllPagesAreKnownToBeFrozen) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int PRIMARY KEY, note text)");
  std::string file = "id,note\n";
  for (int id = 0; id < 30'000; ++id) file += fmt::format("{},note {}\n", id, id);
  portal.file("thing.csv", file);
  portal.table("thing", "thing.csv");
  EXPECT_EQ(portal.built().tables.at("thing").past_server, 30'000);
  portal.run("CREATE EXTENSION pg_visibility");
  EXPECT_EQ(portal.value("SELECT all_visible = all_frozen AND all_frozen = pg_relation_size('thing') / 8192 "
                         "FROM pg_visibility_map_summary('thing')"),
            "t");
  EXPECT_EQ(
      portal.rows("SELECT * FROM pg_check_frozen('thing') UNION SELECT * FROM pg_check_visible('thing')"),
      "");
  EXPECT_EQ(portal.damage("thing"), "");
  // And it is a table as any other.
  portal.run("UPDATE thing SET note = 'new' WHERE id % 3 = 0; DELETE FROM thing WHERE id % 3 = 1");
  portal.run("VACUUM thing");
  EXPECT_EQ(portal.value("SELECT count(*) FROM thing"), "20000");
  EXPECT_EQ(portal.damage("thing"), "");
}

// Whatever looks at each row that is stored must see it.
TEST(Heap, WhereTheServerHasToLookAtRowsItStoresThem) {
  Portal portal;
  portal.schema(
      "CREATE DOMAIN small AS int CHECK (VALUE < 10);"
      "CREATE TABLE with_domain (id small); CREATE TABLE with_check (id int CHECK (id < 10));"
      "CREATE TABLE with_generated (id int, twice int GENERATED ALWAYS AS (2 * id) STORED);"
      "CREATE TABLE with_default (id int, more int DEFAULT 5);"
      "CREATE TABLE with_factor (id int) WITH (fillfactor = 50); CREATE UNLOGGED TABLE with_no_log (id int);"
      "CREATE TABLE with_security (id int); ALTER TABLE with_security ENABLE ROW LEVEL SECURITY;");
  const std::vector<std::string> tables = {"with_domain", "with_check",  "with_generated", "with_default",
                                           "with_factor", "with_no_log", "with_security"};
  portal.file("ids.csv", "id\n1\n2\n12\n");
  for (const std::string& table : tables) portal.table(table, "ids.csv");
  portal.allow(2);
  const Report report = portal.built();
  for (const std::string& table : tables) {
    EXPECT_EQ(report.tables.at(table).past_server, 0) << table;
    EXPECT_EQ(report.tables.at(table).loaded, table == "with_domain" || table == "with_check" ? 2 : 3)
        << table;
  }
  EXPECT_EQ(portal.rows("SELECT * FROM with_generated ORDER BY 1"), "1|2\n2|4\n12|24\n");
  EXPECT_EQ(portal.value("SELECT sum(more) FROM with_default"), "15");
}

// Which file gave a row is told by where it lies.
TEST(Heap, RowsLieInTheOrderOfTheirFilesWhereThatMatters) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int, note text)");
  int id = 0;
  for (int file = 0; file < 5; ++file) {
    std::string text = "id,note\n";
    for (int row = 0; row < 4'000; ++row, ++id)
      text += fmt::format("{},{}\n", id, file > 1 && row % 1'000 == 999 ? std::string(9'000, 'x') : "short");
    portal.file(fmt::format("thing{}.csv", file), text);
  }
  portal.table("thing", "thing*.csv");
  portal.notes_inputs = true;
  // Two whole files, and what comes before the first long value.
  EXPECT_EQ(portal.built().tables.at("thing").past_server, 8'999);
  EXPECT_EQ(
      portal.value("SELECT count(*) FROM (SELECT id, lag(id) OVER (ORDER BY ctid) AS before FROM thing) t "
                   "WHERE id <> before + 1"),
      "0");
  EXPECT_EQ(portal.value("SELECT count(*) FROM thing"), "20000");
  EXPECT_EQ(portal.damage("thing"), "");
}

TEST(Heap, ANumberThatDoesNotFitIsARejectAsEver) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int, price numeric(6,2))");
  std::string text = "id,price\n";
  for (int id = 0; id < 3'000; ++id) text += fmt::format("{},{}\n", id, id == 2'000 ? "123456.7" : "12.345");
  portal.file("thing.csv", text);
  portal.table("thing", "thing.csv");
  portal.allow(1);
  const TableReport table = portal.built().tables.at("thing");
  EXPECT_EQ(table.past_server, 2'999);
  EXPECT_EQ(table.rejected, 1);
  EXPECT_EQ(portal.value("SELECT sum(price) FROM thing"), "37037.65");
}

// Rows in order go by COPY from the first long one on; that must not outlive the load.
TEST(Heap, ACopyUnderWayEndsWithItsLoad) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int, note text)");
  std::string text = "id,note\n";
  for (int id = 0; id < 30'000; ++id)
    text += fmt::format("{},{}\n", id, std::string(id == 0 ? 9'000 : 100, 'x'));
  portal.file("thing1.csv", text);
  portal.file("thing2.csv", "id,note\n-1,last\n");
  portal.table("thing", "thing*.csv");
  portal.notes_inputs = true;
  std::stop_source stop;
  portal.listener.on_progress = [&] {
    if (portal.listener.last["thing"].rows > 15'000) stop.request_stop();
  };
  const Result<Report> report = portal.build(stop.get_token());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), Kind::cancelled);
  EXPECT_TRUE(portal.is_alone());
  portal.listener.on_progress = {};
  portal.run("DROP TABLE thing; DROP TABLE IF EXISTS slipway_ledger");
  EXPECT_EQ(portal.built().tables.at("thing").past_server, 0);
  EXPECT_EQ(portal.value("SELECT count(*) FROM thing"), "30001");
}

std::string many(int from, int to) {
  std::string file = "id,note\n";
  for (int id = from; id < to; ++id) file += fmt::format("{},{:0>100}\n", id, id);
  return file;
}

TEST(Heap, LaterPartsAreWrittenBehindTheFirst) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int PRIMARY KEY, note text)");
  portal.file("thing1.csv", many(0, 40'000));
  portal.file("thing2.csv", many(40'000, 60'000));
  portal.table("thing", "thing*.csv");
  portal.part_bytes = 1'000'000;
  EXPECT_EQ(portal.built().tables.at("thing").past_server, 60'000);
  EXPECT_EQ(portal.value("SELECT count(DISTINCT xmin::text::bigint) > 3 FROM thing"), "t");
  EXPECT_EQ(portal.rows("SELECT count(*), count(DISTINCT id), max(id) FROM thing WHERE note::int = id"),
            "60000|60000|59999\n");
  portal.run("CREATE EXTENSION pg_visibility");
  EXPECT_EQ(portal.rows("SELECT * FROM pg_check_frozen('thing')"), "");
  EXPECT_EQ(
      portal.value(
          "SELECT all_frozen = pg_relation_size('thing') / 8192 FROM pg_visibility_map_summary('thing')"),
      "t");
  EXPECT_EQ(portal.damage("thing"), "");
}

// The server that made the table's file has taken it away again: nothing may be made beside it.
TEST(Heap, ASessionThatIsGoneIsNoticed) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int PRIMARY KEY, note text)");
  portal.file("thing.csv", many(0, 100'000));
  portal.table("thing", "thing.csv");
  portal.listener.on_progress = [&] {
    if (portal.listener.last["thing"].rows < 70'000) return;
    (void)cluster().session().query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 "
        "AND state = 'idle in transaction'",
        {portal.database()});
  };
  EXPECT_FALSE(portal.build());
  portal.run("CHECKPOINT");
  EXPECT_EQ(
      portal.rows("SELECT f FROM pg_database, pg_ls_dir('base/' || oid) f WHERE datname = current_database() "
                  "AND f ~ '^[0-9]+_vm$' AND split_part(f, '_', 1) NOT IN "
                  "(SELECT pg_relation_filenode(oid)::text FROM pg_class WHERE relkind IN ('r', 't', 'm'))"),
      "");
}

// The pages of a part that never ended are there, and belong to a transaction that no other may be taken for.
TEST(Heap, APartLostInACrashIsNobodys) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int PRIMARY KEY, note text)");
  portal.file("thing.csv", many(0, 100'000));
  portal.table("thing", "thing.csv");
  portal.part_bytes = 4'000'000;
  portal.listener.on_progress = [&] {
    if (portal.listener.last["thing"].rows > 70'000) cluster().stop(SIGQUIT);
  };
  EXPECT_FALSE(portal.build());
  portal.listener.on_progress = {};
  cluster().start();
  pg::Session session = cluster().session(portal.database());
  const auto value = [&](const std::string& sql) { return session.script(sql).value().string(0, 0); };
  // Other transactions take the next ids.
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(session.script(fmt::format("CREATE TABLE other{} (id int)", i)));
  const std::string pages = value("SELECT pg_relation_size('thing') / 8192");
  const std::string rows = value("SELECT count(*) FROM thing");
  const std::string last = value("SELECT max((ctid::text::point)[0])::int + 2 FROM thing");
  EXPECT_GT(std::stoi(pages), std::stoi(last)) << "nothing was lost that could be found";
  EXPECT_EQ(rows, value("SELECT sum((f->>'loaded')::int) FROM slipway_ledger, "
                        "jsonb_array_elements(content::jsonb->'files') f "
                        "WHERE kind = 'part'"));
  portal.go_on = true;
  EXPECT_EQ(portal.built().tables.at("thing").loaded, 100'000);
  EXPECT_EQ(value("SELECT count(DISTINCT id) FROM thing WHERE note::int = id"), "100000");
  EXPECT_EQ(value("SELECT count(*) FROM thing"), "100000");
}

}  // namespace
}  // namespace slipway::ingest::test
