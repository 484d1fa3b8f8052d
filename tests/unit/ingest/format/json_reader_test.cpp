// JSON files: arrays element by element, documents one after another, and where they are broken.
#include "daemon/ingest/format/json_reader.hpp"

#include <gtest/gtest.h>

#include "tests/unit/ingest/memory_stream.hpp"

namespace slipway::ingest::test {
namespace {

using Lines = std::vector<std::string>;

// Field a and the row's line; "!" and the problem of a bad row; the error's first line at the end.
Lines read_at(const std::string& bytes, std::size_t chunk) {
  JsonShape shape;
  shape.want_key("a", {0, false});
  MemoryStream stream(bytes, chunk);
  const auto reader = json_reader(stream, "x.json", shape, chunk);
  Lines rows;
  Row row;
  while (true) {
    Result<bool> more = reader->next(row);
    if (!more) rows.push_back(more.error().text().substr(0, more.error().text().find('\n')));
    if (!more || !*more) return rows;
    EXPECT_EQ(bytes.substr(static_cast<std::size_t>(row.offset), row.raw.size()), row.raw);
    const std::string text =
        row.fields.empty() || row.fields[0].cell != Cell::text ? "-" : std::string(row.fields[0].text());
    rows.push_back(row.problem.empty() ? fmt::format("{}@{}", text, row.line) : "!" + row.problem);
  }
}

Lines read(const std::string& bytes) {
  const Lines rows = read_at(bytes, 256 << 10);
  for (const std::size_t chunk : {1, 2, 3, 7, 64}) EXPECT_EQ(read_at(bytes, chunk), rows) << bytes;
  return rows;
}

TEST(JsonReader, ReadsAnArrayElementByElement) {
  EXPECT_EQ(read("[]"), Lines{});
  EXPECT_EQ(read(" \n[ {\"a\":1},\n{\"a\":\n[2]}\n, {} ]\n"), (Lines{"1@2", "[2]@3", "-@5"}));
  EXPECT_EQ(read("\xEF\xBB\xBF[{\"a\":\"]},{\\\"\"}]"), (Lines{"]},{\"@1"}));
  EXPECT_EQ(read("[{\"a\":1}]\n[{\"a\":2}]"), (Lines{"1@1", "2@2"}));
}

TEST(JsonReader, ReadsDocumentsOneAfterAnother) {
  EXPECT_EQ(read(""), Lines{});
  EXPECT_EQ(read("{\"a\":1}"), (Lines{"1@1"}));
  EXPECT_EQ(read("{\n\"a\":1}{\"a\":2}\n\n{\"a\":3}"), (Lines{"1@1", "2@2", "3@4"}));
}

TEST(JsonReader, ABrokenElementSpoilsNoOther) {
  const Lines rows = read("[{\"a\":1},{\"a\":},\n17,\"x,y\",{\"a\":01},nul,{\"a\":2}]");
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows.front(), "1@1");
  EXPECT_EQ(rows.back(), "2@2");
  for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ(rows[i].substr(0, 14), "!invalid JSON:") << rows[i];
}

TEST(JsonReader, WhereTheFileItselfIsBrokenItSaysWhere) {
  const std::string what = "x.json:";
  EXPECT_EQ(read("[{\"a\":1}\n{\"a\":2}]").back(),
            "x.json:2: the file is not JSON: a comma or the array's end was expected here");
  EXPECT_EQ(read("\n[{\"a\":1},\n").back(),
            "x.json:2: the file is not JSON: the array that opens here never ends");
  EXPECT_EQ(read("[{\"a\":1},]").back(),
            "x.json:1: the file is not JSON: an element of the array was expected here");
  EXPECT_EQ(read("[,{}]").back(),
            "x.json:1: the file is not JSON: an element of the array was expected here");
  EXPECT_EQ(read("[\n{\"a\":\n[1}").back(),
            "x.json:3: the file is not JSON: this bracket closes nothing, or something of the other kind");
  EXPECT_EQ(read("{}\n{\"a\":\"").back(),
            "x.json:2: the file is not JSON: the value that begins here never ends");
  EXPECT_EQ(read("]").back(),
            "x.json:1: the file is not JSON: this bracket closes nothing, or something of the other kind");
}

TEST(JsonReader, DeepNestingIsARejectAndNoMore) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const Lines rows = read_at("[{\"a\":" + deep + "},{\"a\":2}]", 256 << 10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].substr(0, 14), "!invalid JSON:");
  EXPECT_EQ(rows[1], "2@1");
}

// A value of 100 MB passes through a window of a few.
TEST(JsonReader, PassesOverAValueThatIsTooLong) {
  JsonShape shape;
  shape.want_key("a", {0, false});
  std::string piece;
  while (piece.size() < 100'000) piece += "x,\\\"]}";
  EndlessStream stream("[{\"a\":1},[\"", piece, 100 << 20);
  const auto reader = json_reader(stream, "x.json", shape);
  Row row;
  ASSERT_TRUE(*reader->next(row));
  const Result<bool> next = reader->next(row);
  ASSERT_FALSE(next);
  EXPECT_NE(next.error().text().find("the value that begins here never ends"), std::string::npos);
  const std::string big = "[{\"a\":\"" + std::string(34 << 20, 'x') + "\"},\n{\"a\":2}]";
  EXPECT_EQ(read_at(big, 256 << 10), (Lines{"!the value is longer than 16 MiB", "2@2"}));
}

}  // namespace
}  // namespace slipway::ingest::test
