// What a query names, and what only looks like a name.
#include "daemon/ingest/sql/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace slipway::ingest {
namespace {

std::string named(const std::string& sql) {
  const Result<SqlText> text = read_sql(sql, "q.sql");
  if (!text) return "! " + text.error().text();
  std::string out;
  for (const SqlReference& one : text->references) {
    const char* kind = one.kind == SqlReference::Kind::parameter ? ":"
                       : one.kind == SqlReference::Kind::source  ? "source."
                                                                 : "live.";
    out += kind + one.name + (one.second.empty() ? "" : "." + one.second) + " ";
  }
  return out;
}

TEST(SqlText, NamesParametersSourcesAndLive) {
  EXPECT_EQ(named("select a from source.images i, live.image where id = :id"),
            "source.images live.image :id ");
  EXPECT_EQ(named("select * from Source.Images join LIVE.Image on true"), "source.images live.image ");
  EXPECT_EQ(named("select * from source.\"My-File\", source.catalog.image"),
            "source.My-File source.catalog.image ");
  EXPECT_EQ(named("select :a_1,:b::int"), ":a_1 :b ");
}

TEST(SqlText, LeavesAloneWhatOnlyLooksLikeIt) {
  EXPECT_EQ(
      named("select ':a', \"source.x\", 'it''s :b', e'\\':c', E'\\\\' , $$ :d source.x $$, $t$ $$ :e $t$"),
      "");
  EXPECT_EQ(named("select 1 -- :a source.x\n /* :b /* live.x */ :c */ "), "");
  EXPECT_EQ(named("select a::text, b[1:2], x.source.y, \"source\".z, mysource.q, f(a := 1)"), "");
  EXPECT_EQ(named("select 1e5, 12.5::numeric, 'a' 'b', U&'\\0061'"), "");
  EXPECT_EQ(named("select case when e = 'x' then 1 end"), "");
}

TEST(SqlText, OneStatementIsAllAFileHolds) {
  EXPECT_EQ(named("select ';' ; -- done\n"), "");
  EXPECT_THAT(named("select 1;\nselect 2"), testing::HasSubstr("q.sql:2:1: a second statement"));
  EXPECT_THAT(named(" -- nothing\n"), testing::HasSubstr("no query"));
  EXPECT_THAT(named("select 'open"), testing::HasSubstr("q.sql:1:8: this string does not end"));
  EXPECT_THAT(named("select 1 /* open"), testing::HasSubstr("q.sql:1:10: this comment does not end"));
  EXPECT_THAT(named("select $x$ open $y$"), testing::HasSubstr("q.sql:1:8: this dollar quote"));
  EXPECT_THAT(named("select $1"), testing::HasSubstr(":name"));
  EXPECT_THAT(named("select source.*"), testing::HasSubstr("q.sql:1:8"));
  EXPECT_THAT(named(std::string("select '\xff'")), testing::HasSubstr("q.sql:1:1"));
}

TEST(SqlText, APlaceInWhatIsSentIsAPlaceInTheFile) {
  const Result<SqlText> text = read_sql("-- é\nselect :long_name,\n  source.a.b, wrong from x;", "q.sql");
  ASSERT_TRUE(text) << text.error().text();
  const Rendered sent = render(*text, [](const SqlReference& one) -> Replacement {
    return {one.kind == SqlReference::Kind::parameter ? "$1" : "\"slipway_source\".\"a\"", false};
  });
  EXPECT_EQ(sent.sql, "select $1,\n  \"slipway_source\".\"a\".b, wrong from x");
  const Position wrong = sent.position(sent.sql.find("wrong"));
  EXPECT_EQ(wrong.line, 3);
  EXPECT_EQ(wrong.column, 15);
  const Position first = sent.position(sent.sql.find("$1"));
  EXPECT_EQ(first.line, 2);
  EXPECT_EQ(first.column, 8);
}

// Whatever stands there: no crash, and what is not named is sent as it was.
TEST(SqlText, SurvivesAnything) {
  const unsigned seed = std::random_device{}();
  std::mt19937 random(seed);
  const std::string pieces[] = {"'", "\"",      "$$",     "$a$", "/*", "*/", "--", "\n",       ":", "::",
                                "a", "source.", "live.x", "E'",  ";",  "\\", "1",  "\xc3\xa9", " "};
  for (int round = 0; round < 20'000; ++round) {
    std::string sql;
    for (int i = static_cast<int>(random() % 12); i >= 0; --i) sql += pieces[random() % std::size(pieces)];
    const Result<SqlText> text = read_sql(sql, "q.sql");
    if (!text) continue;
    const Rendered same = render(*text, [&](const SqlReference& one) -> Replacement {
      return {text->text.substr(one.offset, one.size), false};
    });
    EXPECT_EQ(same.sql, text->text.substr(text->begin, text->end - text->begin))
        << "seed " << seed << ": " << sql;
  }
}

}  // namespace
}  // namespace slipway::ingest
