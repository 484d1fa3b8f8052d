// Dialects of CSV, and PostgreSQL's text format: each spelling, at every boundary between two reads.
#include "daemon/ingest/format/delimited.hpp"

#include <gtest/gtest.h>

#include "tests/unit/ingest/memory_stream.hpp"

namespace slipway::ingest::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// "∅" for null; "!" and the problem for a malformed row; a last row "error: …" where reading failed.
Rows read_at(const std::string& bytes, Format format, const Dialect& dialect, std::size_t chunk) {
  Rows rows;
  MemoryStream stream(bytes, chunk);
  auto reader = open_delimited(stream, "x", format, dialect, chunk);
  if (!reader) return {{"error: " + reader.error().summary()}};
  std::string raw = (*reader)->raw_header();
  Row row;
  while (true) {
    Result<bool> more = (*reader)->next(row);
    if (!more) rows.push_back({"error: " + more.error().summary()});
    if (!more || !*more) return rows;
    EXPECT_EQ(bytes.substr(static_cast<std::size_t>(row.offset), row.raw.size()), row.raw);
    std::vector<std::string> fields;
    for (const Field& field : row.fields)
      fields.push_back(field.cell == Cell::null ? "∅" : std::string(field.text()));
    if (!row.problem.empty()) fields = {"!" + row.problem};
    rows.push_back(std::move(fields));
  }
}

// The same whatever the pieces are in which the bytes come.
Rows read(const std::string& bytes, const Dialect& dialect, Format format = Format::csv) {
  const Rows rows = read_at(bytes, format, dialect, 256 << 10);
  for (const std::size_t chunk : {1, 2, 3, 5, 7, 64, 65})
    EXPECT_EQ(read_at(bytes, format, dialect, chunk), rows) << "in pieces of " << chunk << ": " << bytes;
  return rows;
}

Dialect without_header() {
  Dialect dialect;
  dialect.header = false;
  return dialect;
}

TEST(Dialect, DelimiterQuoteAndEscapeAreWhatItSays) {
  Dialect dialect = without_header();
  dialect.delimiter = ';';
  dialect.quote = dialect.escape = '\'';
  EXPECT_EQ(read("1;'a;b';\"x\"\n'it''s';;'\n'\n", dialect),
            (Rows{{"1", "a;b", "\"x\""}, {"it's", "∅", "\n"}}));
  dialect.escape = '\\';
  EXPECT_EQ(read("'a\\'b';'\\\\';'\\n'\n\\;x\n", dialect), (Rows{{"a'b", "\\", "\\n"}, {"\\", "x"}}));
  EXPECT_EQ(read("'a''b'\n", dialect), (Rows{{"!text stands behind the closing quote of a field"}}));
  EXPECT_EQ(read("'\\", dialect), (Rows{{"error: x:1: the quote that opens here is never closed"}}));
}

TEST(Dialect, WithoutQuotesAQuoteIsACharacter) {
  Dialect dialect = without_header();
  dialect.delimiter = '\t';
  dialect.quote = 0;
  dialect.escape = 0;
  EXPECT_EQ(read("5\" disk\t\"\n\"a\nb\"\r\n", dialect), (Rows{{"5\" disk", "\""}, {"\"a"}, {"b\""}}));
}

TEST(Dialect, NullsAreThoseTextsWithoutQuotes) {
  Dialect dialect = without_header();
  dialect.nulls = {"NA", "-"};
  EXPECT_EQ(read("NA,\"NA\",,-\nNAN,--,\"\"\n", dialect), (Rows{{"∅", "NA", "", "∅"}, {"NAN", "--", ""}}));
  EXPECT_EQ(read("a,b\n\n\r\n1,2\n", dialect), (Rows{{"a", "b"}, {"1", "2"}}));
}

TEST(Dialect, NamesComeFromTheSourceOrTheFile) {
  MemoryStream with("x,y\n1,2\n");
  Dialect dialect;
  dialect.names = {"a", "b"};
  auto reader = open_delimited(with, "x", Format::csv, dialect);
  ASSERT_TRUE(reader) << reader.error().text();
  EXPECT_EQ((*reader)->header(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ((*reader)->raw_header(), "x,y\n");
  MemoryStream three("x,y,z\n");
  EXPECT_FALSE(open_delimited(three, "x", Format::csv, dialect));
  dialect.header = false;
  EXPECT_EQ(read("\xEF\xBB\xBFx,y\n", dialect), (Rows{{"x", "y"}}));
  EXPECT_EQ(read("", dialect), Rows{});
}

Rows text(const std::string& bytes) {
  Dialect dialect = dialect_of({}, Format::text, '\t');
  return read(bytes, dialect, Format::text);
}

TEST(CopyText, ReadsWhatCopyWrites) {
  EXPECT_EQ(text("1\ta\\tb\t\\N\n2\t\\\\N\t\n"), (Rows{{"1", "a\tb", "∅"}, {"2", "\\N", ""}}));
  EXPECT_EQ(text("\\b\\f\\n\\r\\t\\v\\q\\\\\n"), (Rows{{"\b\f\n\r\t\vq\\"}}));
  EXPECT_EQ(text("\\101\\7z\\x41\\x4z\\xg\\0\n"),
            (Rows{{std::string("A\az") + "A\x04zxg" + std::string(1, '\0')}}));
  EXPECT_EQ(text("a\\\nb\tc\\\td\r\n"), (Rows{{"a\nb", "c\td"}}));
  EXPECT_EQ(text("\"a\t\"\n\nx"), (Rows{{"\"a", "\""}, {""}, {"x"}}));
  EXPECT_EQ(text("x\\"), (Rows{{"x\\"}}));
}

TEST(CopyText, EndsAtItsMark) {
  EXPECT_EQ(text("1\n\\.\n"), (Rows{{"1"}}));
  EXPECT_EQ(text("1\n\\."), (Rows{{"1"}}));
  EXPECT_EQ(text("1\n\\.\n2\n"), (Rows{{"1"}, {"!the row stands behind the end mark \\."}}));
  EXPECT_EQ(text("\\.x\n"), (Rows{{".x"}}));
}

TEST(CopyText, KnowsThatAnEscapeMayBeAnyByte) {
  MemoryStream stream("plain\n\\377\nplain\n");
  auto reader = open_delimited(stream, "x", Format::text, dialect_of({}, Format::text, '\t'));
  ASSERT_TRUE(reader);
  Row row;
  for (const bool clean : {true, false, true}) {
    ASSERT_TRUE(*(*reader)->next(row));
    EXPECT_EQ(row.clean, clean);
  }
}

TEST(CopyText, PassesOverALineThatNeverEnds) {
  std::string piece;
  while (piece.size() < 100'000) piece += "xxxxxxxxxxxxxxx\\\\";
  EndlessStream stream("1\n", piece, 100 << 20);
  auto reader = open_delimited(stream, "x", Format::text, dialect_of({}, Format::text, '\t'));
  ASSERT_TRUE(reader);
  Row row;
  ASSERT_TRUE(*(*reader)->next(row));
  ASSERT_TRUE(*(*reader)->next(row));
  EXPECT_EQ(row.problem, "the line is longer than 16 MiB");
  EXPECT_FALSE(*(*reader)->next(row));
}

}  // namespace
}  // namespace slipway::ingest::test
