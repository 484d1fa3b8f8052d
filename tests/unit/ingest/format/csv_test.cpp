// The CSV scanner: every spelling of RFC 4180, at every boundary between two reads, and everything that is
// none.
#include "daemon/ingest/format/csv.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/ingest/memory_stream.hpp"

namespace slipway::ingest::test {
namespace {

struct Seen {
  std::vector<std::vector<std::string>> rows;  // "∅" for null; "!" and the problem for a malformed one
  std::vector<std::int64_t> lines;
  std::string raw;
  std::string error;
};

Seen read(const std::string& csv, std::size_t chunk = 256 << 10) {
  Seen seen;
  MemoryStream stream(csv, chunk);
  auto reader = CsvReader::open(stream, "x.csv", {}, chunk);
  if (!reader) {
    seen.error = reader.error().summary();
    return seen;
  }
  seen.raw = (*reader)->raw_header();
  Row row;
  while (true) {
    Result<bool> more = (*reader)->next(row);
    if (!more) seen.error = more.error().summary();
    if (!more || !*more) return seen;
    std::vector<std::string> fields;
    for (const Field& field : row.fields)
      fields.push_back(field.cell == Cell::null ? "∅" : std::string(field.text()));
    if (!row.problem.empty()) fields = {"!" + row.problem};
    seen.rows.push_back(fields);
    seen.lines.push_back(row.line);
    EXPECT_EQ(csv.substr(static_cast<std::size_t>(row.offset), row.raw.size()), row.raw);
    seen.raw += row.raw;
  }
}

using Rows = std::vector<std::vector<std::string>>;

TEST(Csv, ReadsEachSpelling) {
  EXPECT_EQ(read("a,b\n1,2\n").rows, (Rows{{"1", "2"}}));
  EXPECT_EQ(read("a,b\r\n1,2\r\n3,4").rows, (Rows{{"1", "2"}, {"3", "4"}}));
  EXPECT_EQ(read("\xEF\xBB\xBF\"a\",b\n,\"\"\n").rows, (Rows{{"∅", ""}}));
  EXPECT_EQ(read("a,b\n\"x\r\ny\",\"\"\"\"\r\n").rows, (Rows{{"x\r\ny", "\""}}));
  EXPECT_EQ(read("a,b\n\"1,2\",\"\"\"q\"\"\"").rows, (Rows{{"1,2", "\"q\""}}));
  EXPECT_EQ(read("a,b\n1,\n,2\n").rows, (Rows{{"1", "∅"}, {"∅", "2"}}));
  EXPECT_EQ(read("a,b\n1,").rows, (Rows{{"1", "∅"}}));
  EXPECT_EQ(read("a,b\n\n1,2\n\r\n\n").rows, (Rows{{"1", "2"}}));
  EXPECT_EQ(read("a\n\nx\n").rows, (Rows{{"∅"}, {"x"}}));
  EXPECT_EQ(read("a,b\n1\n1,2,3\n").rows, (Rows{{"1"}, {"1", "2", "3"}}));
  EXPECT_EQ(read("a,b\n\"1\"\r").rows, (Rows{{"1"}}));
  EXPECT_EQ(read("a,b").rows, Rows{});
  EXPECT_EQ(read("a,b\n1,x\ry\n").rows, (Rows{{"1", "x\ry"}}));
}

TEST(Csv, CountsLinesThroughQuotes) {
  EXPECT_EQ(read("a,b\n\"1\n\n\",2\n\n3,4\n5\"x,\n6,7\n").lines, (std::vector<std::int64_t>{2, 6, 7, 8}));
}

TEST(Csv, SpoilsOneLineOnly) {
  const Seen seen = read("a,b\n1,2\" disk\n3,4\n\"5\"x,6\n7,8\n");
  ASSERT_EQ(seen.rows.size(), 4U);
  EXPECT_EQ(seen.rows[0][0], "!a quote stands inside a field that does not begin with one");
  EXPECT_EQ(seen.rows[1], (std::vector<std::string>{"3", "4"}));
  EXPECT_EQ(seen.rows[2][0], "!text stands behind the closing quote of a field");
  EXPECT_EQ(seen.rows[3], (std::vector<std::string>{"7", "8"}));
}

TEST(Csv, NamesTheOpenQuote) {
  EXPECT_EQ(read("a,b\n1,2\n3,\"4\n5,6\n").error, "x.csv:3: the quote that opens here is never closed");
}

TEST(Csv, RefusesUselessHeaders) {
  EXPECT_EQ(read("").error, "x.csv:1:1: the file is empty: a CSV file begins with a line of column names");
  EXPECT_EQ(read("a,b,a\n").error, "x.csv:1:1: the column name a stands twice in the file's first line");
  EXPECT_EQ(read("a,,b\n").error, "x.csv:1:1: column 2 has no usable name in the file's first line");
  EXPECT_NE(read("a,b\"c\n").error.find("cannot read the line of column names"), std::string::npos);
}

std::string field_text(std::mt19937& random, bool& null) {
  static const std::string pieces[] = {"a",    "bc", ",", "\"", "\n",
                                       "\r\n", "\r", " ", "é",  "0123456789012345678901234567"};
  std::string text;
  for (unsigned i = random() % 6; i > 0; --i) text += pieces[random() % std::size(pieces)];
  null = text.empty() && random() % 2 == 0;
  return text;
}

std::string spelled(const std::string& text, bool null, std::mt19937& random) {
  const bool must = text.empty() ? !null : text.find_first_of(",\"\n\r") != std::string::npos;
  if (!must && random() % 3 != 0) return text;
  if (null) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

// Random rows, read in chunks so small that every boundary falls everywhere.
TEST(Csv, ReadsWhatWasWrittenAtEveryBoundary) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 60; ++round) {
    const std::size_t columns = 2 + random() % 4;
    std::string csv;
    for (std::size_t i = 0; i < columns; ++i) csv += (i > 0 ? ",c" : "c") + std::to_string(i);
    csv += "\n";
    Rows rows;
    for (int i = 0; i < 20; ++i) {
      std::vector<std::string> row;
      const bool crlf = random() % 2 == 0;
      for (std::size_t c = 0; c < columns; ++c) {
        bool null = false;
        const std::string text = field_text(random, null);
        row.push_back(null ? "∅" : text);
        csv += (c > 0 ? "," : "") + spelled(text, null, random);
      }
      rows.push_back(row);
      csv += crlf ? "\r\n" : "\n";
    }
    for (const std::size_t chunk :
         {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{63}, std::size_t{64}, std::size_t{65},
          1 + random() % 200, std::size_t{1 << 18}}) {
      const Seen seen = read(csv, chunk);
      ASSERT_EQ(seen.error, "") << csv;
      ASSERT_EQ(seen.rows, rows) << "chunk " << chunk << "\n" << csv;
      ASSERT_EQ(seen.raw, csv) << "chunk " << chunk;
    }
  }
}

// Whatever the bytes: it ends, every byte is in a row or passed over as blank, and chunks make no difference.
TEST(Csv, SurvivesNoise) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    std::string csv = "a,b\n";
    for (unsigned i = random() % 120; i > 0; --i) csv += "\"\",,\n\r\nax\xff\0"[random() % 11];
    const Seen whole = read(csv);
    const Seen pieces = read(csv, 1 + random() % 9);
    ASSERT_EQ(whole.rows, pieces.rows) << csv;
    ASSERT_EQ(whole.error, pieces.error) << csv;
  }
}

TEST(Csv, PassesOverEndlessLines) {
  EndlessStream stream("a,b\n1,", "xxxxxxxxxxxxxxxx", 80 << 20);
  auto reader = CsvReader::open(stream, "x.csv");
  ASSERT_TRUE(reader);
  Row row;
  ASSERT_TRUE(*(*reader)->next(row));
  EXPECT_EQ(row.problem, "the line is longer than 16 MiB");
  EXPECT_TRUE(row.raw.empty());
  EXPECT_FALSE(*(*reader)->next(row));
}

TEST(Csv, GivesUpOnEndlessQuotes) {
  EndlessStream stream("a,b\n1,2\n3,\"", "x\nxxxxxxxxxxxxxx", 80 << 20);
  auto reader = CsvReader::open(stream, "x.csv");
  ASSERT_TRUE(reader);
  Row row;
  ASSERT_TRUE(*(*reader)->next(row));
  Result<bool> more = (*reader)->next(row);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().summary(), "x.csv:3: the quote that opens here is not closed within 16 MiB");
}

}  // namespace
}  // namespace slipway::ingest::test
