// NDJSON: each line for itself, to its last byte.
#include "daemon/ingest/format/ndjson.hpp"

#include <gtest/gtest.h>

#include "daemon/ingest/format/json_text.hpp"
#include "tests/unit/ingest/memory_stream.hpp"

namespace slipway::ingest::test {
namespace {

// Fields a (text), /b/c/1 (text) and d (JSON), joined with |.
std::vector<std::string> read(const std::string& text, std::size_t chunk = 256 << 10) {
  JsonShape shape;
  shape.want_key("a", {0, false});
  shape.want_pointer("/b/c~1x/1", {1, false});
  shape.want_key("d", {2, true});
  MemoryStream stream(text, chunk);
  const auto reader = ndjson_reader(stream, shape, chunk);
  std::vector<std::string> rows;
  Row row;
  while (true) {
    Result<bool> more = reader->next(row);
    EXPECT_TRUE(more);
    if (!more || !*more) return rows;
    std::string all;
    for (const Field& field : row.fields)
      all += (field.cell == Cell::missing ? "-"
              : field.cell == Cell::null  ? "∅"
                                          : std::string(field.text())) +
             "|";
    rows.push_back(row.problem.empty() ? all : "!" + row.problem);
  }
}

TEST(Ndjson, FindsFields) {
  EXPECT_EQ(read(R"({"a": "x\u00e9\"", "b": {"c/x": [1, 2.50]}, "d": {"k": [1,  2]}, "e": null})"),
            (std::vector<std::string>{"xé\"|2.50|{\"k\": [1,  2]}|"}));
  EXPECT_EQ(read("{\"a\":null,\"d\":null}\r\n\n  \n{\"d\":\"s\"}\n{}"),
            (std::vector<std::string>{"∅|-|∅|", "-|-|\"s\"|", "-|-|-|"}));
  EXPECT_EQ(read("\xEF\xBB\xBF{\"a\": 12345678901234567890123456789012345678901234567890}"),
            (std::vector<std::string>{"12345678901234567890123456789012345678901234567890|-|-|"}));
  EXPECT_EQ(read(R"({"a": [1, {"x": true}], "a": {"last": "wins"}})"),
            (std::vector<std::string>{"{\"last\": \"wins\"}|-|-|"}));
}

TEST(Ndjson, RefusesBrokenLinesAlone) {
  const std::string bad[] = {R"({"a": 1)",
                             R"({"a": 01})",
                             R"({"a": "\x"})",
                             R"({"z": truth})",
                             R"({"z": 1.})",
                             R"({"a": 1} {"b": 2})",
                             R"({"a": 1}])",
                             "[1, 2]",
                             "17",
                             "nonsense",
                             "{\"a\": \"\xff\"}",
                             "{\"a\": \"\n\"}",
                             R"({"z": [1 2]})",
                             R"({"z" 1})",
                             R"({"a": "\ud800"})",
                             R"({"z": nul})",
                             "{\"a\": \"tab\there\"}",
                             R"({"z": [1,]})",
                             R"({"z": +1})",
                             R"({"z": {"y": -}})"};
  for (const std::string& line : bad) {
    const std::vector<std::string> rows = read("{\"a\": 1}\n" + line + "\n{\"a\": 2}\n");
    ASSERT_GE(rows.size(), 3U) << line;
    EXPECT_EQ(rows.front(), "1|-|-|") << line;
    EXPECT_TRUE(rows[1].starts_with("!invalid JSON: ")) << line << " gave " << rows[1];
    EXPECT_EQ(rows.back(), "2|-|-|") << line;
  }
}

TEST(Ndjson, RefusesDepth) {
  const std::string deep = "{\"d\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  EXPECT_TRUE(read(deep).at(0).starts_with("!invalid JSON: ")) << read(deep).at(0);
}

TEST(Ndjson, ReadsTheSameInAnyPieces) {
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += "{\"a\": \"" + std::string(static_cast<std::size_t>(i * 3), 'x') + "\", \"d\": [" +
            std::to_string(i) + "]}\n";
  const auto whole = read(text);
  ASSERT_EQ(whole.size(), 50U);
  for (const std::size_t chunk : {1, 7, 64, 100}) EXPECT_EQ(read(text, chunk), whole) << chunk;
}

TEST(Ndjson, PassesOverEndlessLines) {
  JsonShape shape;
  shape.want_key("a", {0, false});
  EndlessStream stream("{\"a\": 1}\n{\"a\": \"", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 60 << 20);
  const auto reader = ndjson_reader(stream, shape);
  Row row;
  ASSERT_TRUE(*reader->next(row));
  ASSERT_TRUE(*reader->next(row));
  EXPECT_EQ(row.problem, "the line is longer than 16 MiB");
  EXPECT_FALSE(*reader->next(row));
}

TEST(JsonText, IsCertainOnlyOfPlainJson) {
  for (const char* good : {"{}", "[]", " {\"a\" : [1, -2.5, true, false, null, \"x\\n\\u00e9\"]} ", "1",
                           "\"\"", "0", "-0.5", "1e400", "2.5E-12", "\"\\ud83d\\ude00\""})
    EXPECT_TRUE(is_certain_json(good)) << good;
  for (const char* doubtful : {"",
                               "{",
                               "{\"a\"}",
                               "[1,]",
                               "01",
                               "1e4000",
                               "\"\\ude00\\ud83d\"",
                               "\"\\u0000\"",
                               "\"\\ud800\"",
                               "{\"a\":1}}",
                               "tru",
                               "\"\t\"",
                               "'a'",
                               "{a:1}",
                               "[1 2]",
                               "1.",
                               ".5",
                               "+1",
                               "\"\\q\"",
                               "NaN"})
    EXPECT_FALSE(is_certain_json(doubtful)) << doubtful;
  EXPECT_FALSE(is_certain_json(std::string(100'000, '[')));
}

}  // namespace
}  // namespace slipway::ingest::test
