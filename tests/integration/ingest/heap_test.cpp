// Rows that are written into the table's files past the server: they lie there as the server itself would
// have laid them, bit for bit, and what only the server can store, it stores.
#include <algorithm>
#include <random>

#include "base/pg/identifier.hpp"
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

constexpr const char* columns_sql =
    "CREATE TABLE thing (a bool, b int2, c int4, gone text, d int8, e float4, f float8, g numeric, h "
    "numeric(8,3), "
    "  i text, j varchar(5), k char(4), l bytea, m uuid, n date, o time, p timestamp, q timestamptz(2), r "
    "interval, "
    "  s json, t jsonb, u inet, v cidr, w text[], x bigint[], y numeric(6,2)[], z jsonb[], unplanned int);"
    "ALTER TABLE thing DROP COLUMN gone;";

class Rows {
 public:
  explicit Rows(std::uint32_t seed) : random_(seed) {}

  std::string file(int rows) {
    std::string text = "a\tb\tc\td\te\tf\tg\th\ti\tj\tk\tl\tm\tn\to\tp\tq\tr\ts\tt\tu\tv\tw\tx\ty\tz\n";
    for (int row = 0; row < rows; ++row) {
      const bool sparse = row % 3 == 0;
      for (char column = 'a'; column <= 'z'; ++column) {
        text += sparse && below(2) == 0 ? "" : value(column);
        text += column == 'z' ? '\n' : '\t';
      }
    }
    return text;
  }

  // Without \u escapes of half a character, and with each thing that jsonb treats in its own way.
  std::string json(int depth) {
    switch (below(depth > 3 ? 5 : 8)) {
      case 0:
        return "null";
      case 1:
        return below(2) == 0 ? "true" : "false";
      case 2:
        return number();
      case 3:
        return string();
      case 4:
        return below(2) == 0 ? "[]" : "{ }";
      default:
        break;
    }
    // Some with more children than get a length each.
    const int count = static_cast<int>(below(20) == 0 ? 70 + below(60) : below(6));
    std::string text;
    const bool object = below(2) == 0;
    for (int i = 0; i < count; ++i)
      text +=
          (i > 0 ? ", " : "") + (object ? string() + ": " : "") + (count > 6 ? number() : json(depth + 1));
    return object ? "{" + text + "}" : "[" + text + "]";
  }

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  std::string digits(std::uint32_t most) {
    std::string text;
    for (std::uint32_t left = 1 + below(most); left > 0; --left) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string number() {
    constexpr const char* odd[] = {"0",      "-0",         "0.00",      "10000", "100000000",
                                   "0.0001", "0.00010000", "9999.9999", "-1.50"};
    if (below(3) == 0) return odd[below(std::size(odd))];
    const std::string whole = std::to_string(1 + below(9)) + (below(2) == 0 ? "" : digits(30));
    return (below(2) == 0 ? "-" : "") + whole + (below(2) == 0 ? "" : "." + digits(20));
  }
  std::string string() {
    constexpr const char* odd[] = {
        "", "a", "b", "ab", "é", "\\n\\t\\\"\\\\\\/\\b\\f\\r", "\\u00e9\\u20ac", "\\ud83d\\ude00x", "key"};
    return '"' + (below(2) == 0 ? std::string(odd[below(std::size(odd))]) : digits(12)) + '"';
  }
  std::string decimal(std::uint32_t whole, std::uint32_t behind) {
    return (below(2) == 0 ? "-" : "") + digits(whole) + "." + digits(behind);
  }
  // Also empty, with NULLs, with two dimensions, and with other lower bounds.
  template <class Element>
  std::string array(const Element& element) {
    const auto list = [&](std::uint32_t count) {
      std::string text;
      for (std::uint32_t i = 0; i < count; ++i)
        text += (i > 0 ? "," : "") + (below(10) == 0 ? std::string("NULL") : element());
      return "{" + text + "}";
    };
    const std::uint32_t count = 1 + below(9);
    switch (below(8)) {
      case 0:
        return "{}";
      case 1:
        return "\"{" + list(count) + "," + list(count) + "," + list(count) + "}\"";
      case 2:
        return fmt::format("\"[5:{}]=", 4 + count) + list(count) + '"';
      default:
        return '"' + list(count) + '"';
    }
  }
  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
  }
  std::string moment() {
    return fmt::format("2{:03}-{:02}-{:02} {:02}:{:02}:{:02}.{}", below(1000), 1 + below(12), 1 + below(28),
                       below(24), below(60), below(60), digits(6));
  }
  std::string value(char column) {
    constexpr const char* words[] = {"", "x", "é", "ab ", "abc  ", "日本", "abcd"};
    switch (column) {
      case 'a':
        return below(2) == 0 ? "t" : "f";
      case 'b':
        return std::to_string(static_cast<int>(below(65536)) - 32768);
      case 'c':
        return "-" + digits(9);
      case 'd':
        return digits(18);
      case 'e':
        return decimal(5, 3);
      case 'f':
        return decimal(12, 8);
      case 'g':
        return below(5) == 0 ? number() : decimal(40, 30);
      case 'h':
        return decimal(4, 6);
      case 'i':
        return quoted(std::string(below(8) == 0 ? below(200) : below(20), 'x') +
                      words[below(std::size(words))]);
      case 'j':
        return quoted(words[below(std::size(words))]);
      case 'k':
        return quoted(words[below(std::size(words))]);
      case 'l':
        return "\\x" + std::string(2 * below(100), 'a');
      case 'm':
        return fmt::format("{:08x}-0000-4000-8000-{:012x}", random_() & 0xffffffffU, random_() & 0xffffffffU);
      case 'n':
        return moment().substr(0, 10);
      case 'o':
        return moment().substr(11);
      case 'p':
        return moment();
      case 'q':
        return moment() + "+02";
      case 'r':
        return fmt::format("{} years -{} days {}:00:0{}.5", below(90), below(40), below(50), below(10));
      case 's':
      case 't':
        return quoted(json(0));
      case 'u':
        return below(2) == 0 ? fmt::format("10.{}.0.{}/24", below(256), below(256))
                             : fmt::format("2001:db8::{:x}", below(65536));
      case 'v':
        return below(2) == 0 ? fmt::format("10.{}.0.0/16", below(256)) : "2001:db8::/32";
      case 'w':
        return array([&] { return "\"\"" + std::string(below(30), 'y') + words[below(3)] + "\"\""; });
      case 'x':
        return array([&] { return "-" + digits(17); });
      case 'y':
        return array([&] { return digits(4) + "." + digits(5); });
      default:
        return array([&] { return below(2) == 0 ? "true" : "1" + digits(5); });
    }
  }

  std::mt19937 random_;
};

std::uint32_t seed() {
  const char* given = std::getenv("SLIPWAY_SEED");
  const std::uint32_t seed =
      given != nullptr ? static_cast<std::uint32_t>(std::atoll(given)) : std::random_device{}();
  std::printf("SLIPWAY_SEED=%u\n", seed);
  return seed;
}

// The rows as they lie on the table's pages, but for where and by which transaction; without those that have
// values elsewhere, by an oid that is another each time.
std::vector<std::string> laid(Portal& portal) {
  portal.run("CREATE EXTENSION pageinspect");
  const pg::Rows rows = portal.run(
      "SELECT concat_ws(' ', t_infomask2, t_infomask, t_hoff, t_bits, t_data) "
      "FROM generate_series(0, pg_relation_size('thing') / 8192 - 1) block, "
      "heap_page_items(get_raw_page('thing', block::int)) WHERE t_infomask & 4 = 0 ORDER BY 1");
  std::vector<std::string> all;
  for (int i = 0; i < rows.size(); ++i) all.push_back(rows.string(i, 0));
  return all;
}

std::string healthy(Portal& portal, const std::string& table) {
  portal.run("CREATE EXTENSION IF NOT EXISTS amcheck");
  return portal.rows(fmt::format("SELECT * FROM verify_heapam('{}')", table));
}

TEST(Heap, EveryTypeLiesAsTheServerLaysIt) {
  const std::string file = Rows(seed()).file(3'000);
  Portal past, through;
  for (Portal* portal : {&past, &through}) {
    portal->schema(columns_sql);
    portal->file("thing.tsv", file);
    portal->table("thing", "thing.tsv");
  }
  through.writes_pages = false;
  const Report report = past.built();
  ASSERT_EQ(report.tables.at("thing").loaded, 3'000) << past.listener.all_lines();
  EXPECT_EQ(through.built().tables.at("thing").past_server, 0);
  // Few numbers are too long for us, and those rows come last.
  EXPECT_GT(report.tables.at("thing").past_server, 2'000);
  const std::vector<std::string> ours = laid(past), theirs = laid(through);
  std::vector<std::string> strange;
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(strange));
  EXPECT_EQ(strange.size(), 0U);
  if (!strange.empty())
    ADD_FAILURE() << strange.front() << "\n"
                  << *std::lower_bound(theirs.begin(), theirs.end(), strange.front());
  EXPECT_EQ(ours.size(), theirs.size());
  EXPECT_EQ(healthy(past, "thing"), "");
}

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
  EXPECT_EQ(healthy(portal, "thing"), "");
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
  EXPECT_EQ(healthy(portal, "thing"), "");
  // And it is a table as any other.
  portal.run("UPDATE thing SET note = 'new' WHERE id % 3 = 0; DELETE FROM thing WHERE id % 3 = 1");
  portal.run("VACUUM thing");
  EXPECT_EQ(portal.value("SELECT count(*) FROM thing"), "20000");
  EXPECT_EQ(healthy(portal, "thing"), "");
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
  EXPECT_EQ(healthy(portal, "thing"), "");
}

// The copy that is under way when the load ends badly is ended too, and the table is as it was.
TEST(Heap, ARowThatTheServerRefusesIsFound) {
  Portal portal;
  portal.schema("CREATE TABLE thing (id int, price numeric(6,2))");
  std::string text = "id,price\n";
  for (int id = 0; id < 3'000; ++id) text += fmt::format("{},{}\n", id, id == 2'000 ? "123456.7" : "12.345");
  portal.file("thing1.csv", text);
  portal.file("thing2.csv", "id,price\n5000,1\n");
  portal.table("thing", "thing*.csv");
  portal.allow(1);
  for (const bool in_order : {false, true}) {
    portal.notes_inputs = in_order;
    const TableReport table = portal.built().tables.at("thing");
    EXPECT_EQ(table.loaded, 3'000);
    EXPECT_EQ(table.rejected, 1);
    EXPECT_EQ(portal.value("SELECT sum(price) FROM thing"), "37038.65");
    portal.run("DROP TABLE thing");
  }
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
  EXPECT_EQ(healthy(portal, "thing"), "");
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
