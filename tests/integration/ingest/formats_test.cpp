// Each format of files into tables; what is rejected comes out in the input's own format, byte for byte, and
// once mended goes in again.
#include <random>

#include "base/pg/identifier.hpp"
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

config::FileSource& source_of(Portal& portal, const std::string& table) {
  return portal.pipeline().sources.at(table + "_files");
}

TEST(Formats, OneTableFromAllOfThem) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, note text)");
  portal.file("1.csv", "\xEF\xBB\xBFid,note\r\n1,\"a,b\"\r\n");
  portal.file("2.tsv", "note\tid\n\"tab\there\"\t2\n\t3\n");
  portal.file("3.ndjson", "{\"id\":4,\"note\":\"n\"}\n");
  portal.file("4.json", "[{\"id\":5,\"note\":[1]},\n{\"note\":null,\"id\":6}]\n");
  portal.file("5.json", "{\"id\":7}\n{\"id\":8,\"note\":\"\\u00e9\"}");
  portal.table("t", "?.*s*");
  portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM t ORDER BY id"),
            "1|a,b\n2|tab\there\n3|NULL\n4|n\n5|[1]\n6|NULL\n7|NULL\n8|é\n");
}

TEST(Formats, ADialectWithoutALineOfNames) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, note text, n int DEFAULT 9)");
  portal.file("t.txt", "1;'it\\'s';5\n2;NA\n3;'NA';\n4;x;6;7\n");
  portal.table("t", "t.txt");
  portal.allow(1);
  config::FileSource& source = source_of(portal, "t");
  source.format = config::FileFormat::csv;
  source.dialect = {
      ';', '\'', '\\', std::vector<std::string>{"NA", ""}, false, {"id", "note", "n"}, config::Ragged::pad};
  portal.built();
  EXPECT_EQ(portal.rows("SELECT * FROM t ORDER BY id"), "1|it's|5\n2|NULL|9\n3|NA|NULL\n");
  EXPECT_EQ(portal.read("rejects/t.t.txt.rejects.csv"), "4;x;6;7\n");
}

TEST(Formats, FieldsWithoutNamesGoByPosition) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, note text)");
  portal.file("t.csv", "x,1\ny,2\n");
  config::Table& table = portal.table("t", "t.csv");
  source_of(portal, "t").dialect.header = false;
  Result<Report> refused = portal.build();
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().text().find("`dialect: {names: […]}`"), std::string::npos)
      << refused.error().text();
  Portal again;
  again.schema("CREATE TABLE t (id int, note text)");
  again.file("t.csv", "x,1\ny,2\n");
  config::Table& by_position = again.table("t", "t.csv");
  source_of(again, "t").dialect.header = false;
  for (const auto& [name, path] : {std::pair{"id", "2"}, std::pair{"note", "1"}}) {
    config::Column column;
    column.name = name;
    column.path = path;
    by_position.columns.push_back(column);
  }
  again.built();
  EXPECT_EQ(again.rows("SELECT * FROM t ORDER BY id"), "1|x\n2|y\n");
  EXPECT_TRUE(table.columns.empty());
}

// What COPY writes is what is read: every odd character, in text and in CSV.
TEST(Formats, WhatCopyWritesIsReadBack) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  constexpr std::string_view odd =
      "\t\n\r\\\"',;.N \b\f\v\x01\x7f"
      "ab1";
  Portal portal;
  portal.run("CREATE TABLE odd (n int, v text, w bytea, a text[])");
  for (int row = 0; row < 400; ++row) {
    std::string text;
    for (unsigned i = random() % 8; i > 0; --i) text += odd[random() % odd.size()];
    if (random() % 4 == 0) text += "é日";
    const std::string quoted = random() % 9 == 0 ? "NULL" : pg::literal(text);
    portal.run(fmt::format(
        "INSERT INTO odd VALUES ({0}, {1}, convert_to({1}, 'UTF8'), ARRAY[{1}, NULL, {1}])", row, quoted));
  }
  auto session = cluster().session(portal.database());
  const auto copied = [&](const std::string& options) {
    std::string all;
    const auto rows = session.copy_out("COPY odd TO STDOUT (" + options + ")", [&](std::string_view bytes) {
      all += bytes;
      return Done();
    });
    EXPECT_TRUE(rows) << (rows ? "" : rows.error().text());
    return all;
  };
  portal.schema("CREATE TABLE t (n int, v text, w bytea, a text[]); CREATE TABLE c (LIKE t)");
  portal.file("t.copy", copied("FORMAT text"));
  portal.file("c.csv", copied("FORMAT csv, HEADER"));
  portal.table("t", "t.copy");
  portal.table("c", "c.csv");
  source_of(portal, "t").format = config::FileFormat::text;
  source_of(portal, "t").dialect.names = {"n", "v", "w", "a"};
  portal.built();
  for (const char* table : {"t", "c"})
    EXPECT_EQ(
        portal.rows(fmt::format("SELECT o.*, t.* FROM odd o FULL JOIN {} t USING (n) WHERE (o.v, o.w, o.a) "
                                "IS DISTINCT FROM (t.v, t.w, t.a) LIMIT 3",
                                table)),
        "");
}

std::string mended(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

struct Feed {
  const char* name;
  const char* ending;
  config::FileFormat format;
  std::string rows;     // id and note, with the bad value "bad" in two of them
  std::string rejects;  // what has to come out
};

void PrintTo(const Feed& feed, std::ostream* out) {
  *out << feed.name;
}

class Rejected : public testing::TestWithParam<Feed> {};

TEST_P(Rejected, RowsComeOutAsTheyStoodAndGoInAgain) {
  const Feed& feed = GetParam();
  const std::string file = std::string("t") + feed.ending;
  Portal first;
  first.schema("CREATE TABLE t (id int, note text)");
  first.file(file, feed.rows);
  first.table("t", file);
  first.allow(2);
  source_of(first, "t").format = feed.format;
  if (feed.format == config::FileFormat::text) source_of(first, "t").dialect.names = {"id", "note"};
  const Report report = first.built();
  EXPECT_EQ(report.tables.at("t").rejected, 2);
  const std::string out =
      first.read(report.tables.at("t").reject_files.at(0).substr(first.folder().string().size() + 1));
  EXPECT_EQ(out, feed.rejects);

  Portal second;
  second.schema("CREATE TABLE t (id int, note text)");
  const std::string name = Path(report.tables.at("t").reject_files.at(0)).filename().string();
  second.file(name, mended(out, "bad", "7"));
  second.table("t", name);
  source_of(second, "t") = source_of(first, "t");
  source_of(second, "t").patterns = {name};
  EXPECT_EQ(second.built().tables.at("t").loaded, 2);
  EXPECT_EQ(second.rows("SELECT * FROM t ORDER BY note"), "7|x,\"y\n7|zé\n");
}

const Feed feeds[] = {
    {"csv", ".csv", config::FileFormat::by_name, "id,note\r\n1,a\r\nbad,\"x,\"\"y\"\r\n2,b\r\nbad,zé",
     "id,note\r\nbad,\"x,\"\"y\"\r\nbad,zé\n"},
    {"tsv", ".tsv", config::FileFormat::by_name, "note\tid\n\"x,\"\"y\"\tbad\na\t1\nzé\tbad\n",
     "note\tid\n\"x,\"\"y\"\tbad\nzé\tbad\n"},
    {"text", ".dump", config::FileFormat::text, "1\t\\N\nbad\tx,\\x22y\n2\ta\\\tb\nbad\tz\\303\\251\n\\.\n",
     "bad\tx,\\x22y\nbad\tz\\303\\251\n"},
    {"ndjson", ".ndjson", config::FileFormat::by_name,
     "{\"id\":1}\n{\"id\": \"bad\",\"note\":\"x,\\\"y\"}\n\n{\"note\":\"z\\u00e9\", \"id\":\"bad\"}",
     "{\"id\": \"bad\",\"note\":\"x,\\\"y\"}\n{\"note\":\"z\\u00e9\", \"id\":\"bad\"}\n"},
    {"json", ".json", config::FileFormat::by_name,
     "[{\"id\":1},\n {\"id\": \"bad\",\n\"note\":\"x,\\\"y\"}, {\"note\":\"z\\u00e9\", \"id\":\"bad\"}]",
     "[\n{\"id\": \"bad\",\n\"note\":\"x,\\\"y\"},\n{\"note\":\"z\\u00e9\", \"id\":\"bad\"}\n]\n"},
};

INSTANTIATE_TEST_SUITE_P(InEachFormat, Rejected, testing::ValuesIn(feeds),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Formats, AJsonArrayFillsAnArrayColumn) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, tags text[], grid int[], docs jsonb[], doc jsonb)");
  portal.file("t.ndjson",
              R"({"id":1,"tags":["a","b \"c\"",null,"\u00e9\ud83d\ude00\\"],"grid":[[1,2],[3,4]],)"
              R"("docs":[{"k":"}\""},5],"doc":[1,[2]]})"
              "\n{\"id\":2,\"tags\":[],\"grid\":null,\"tags\":\"{x,y}\"}\n{\"id\":3,\"grid\":[[1],2]}\n"
              "{\"id\":4,\"tags\":[\"\\u0000\"]}\n");
  portal.table("t", "t.ndjson");
  portal.allow(2);
  portal.built();
  EXPECT_EQ(
      portal.rows("SELECT id, tags, grid, docs, doc FROM t ORDER BY id"),
      "1|{a,\"b \\\"c\\\"\",NULL,\"é😀\\\\\"}|{{1,2},{3,4}}|{\"{\\\"k\\\": \\\"}\\\\\\\"\\\"}\",5}|[1, [2]]\n"
      "2|{x,y}|NULL|NULL|NULL\n");
}

}  // namespace
}  // namespace slipway::ingest::test
