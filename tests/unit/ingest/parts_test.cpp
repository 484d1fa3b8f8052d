// The small parts: names of formats, cutting SQL, limits of rejects, texts.
#include <gtest/gtest.h>

#include "daemon/ingest/load/rejects.hpp"
#include "daemon/ingest/source/inputs.hpp"
#include "daemon/ingest/sql/split.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest::test {
namespace {

TEST(Inputs, TellFormatsByName) {
  EXPECT_EQ(kind_of("a.csv")->format, Format::csv);
  EXPECT_EQ(kind_of("a.b.jsonl.gz")->format, Format::ndjson);
  EXPECT_EQ(kind_of("a.json")->format, Format::json);
  EXPECT_EQ(kind_of("a.tsv.gz")->delimiter, '\t');
  EXPECT_EQ(kind_of("a.xlsx", config::FileFormat::text)->format, Format::text);
  EXPECT_EQ(kind_of("a.ndjson.zst")->compression, Compression::zstd);
  for (const char* other : {"a.xlsx", "csv", "a.csv.bz2", "a.gz"}) {
    ASSERT_FALSE(kind_of(other)) << other;
    EXPECT_EQ(kind_of(other).error().kind(), Kind::usage);
  }
}

std::vector<std::string> statements(std::string_view sql) {
  std::vector<std::string> out;
  for (const SqlStatement& one : split_sql(sql)) {
    EXPECT_EQ(sql.substr(one.offset, one.text.size()), one.text);
    out.emplace_back(one.text);
  }
  return out;
}

TEST(SqlSplit, KnowsWhereStatementsEnd) {
  using All = std::vector<std::string>;
  EXPECT_EQ(statements(" a; b ;;c"), (All{"a", "b ", "c"}));
  EXPECT_EQ(statements("-- x;\n/* y; /* z; */ ; */ a"), (All{"a"}));
  EXPECT_EQ(statements("select ';', \"a;b\", $$;$$, $x$ $$;$$ $x$; b"),
            (All{"select ';', \"a;b\", $$;$$, $x$ $$;$$ $x$", "b"}));
  EXPECT_EQ(statements("select 'it''s;', E'a\\';'; b"), (All{"select 'it''s;', E'a\\';'", "b"}));
  EXPECT_EQ(statements("create rule r as on insert to t do (delete from a; delete from b); c"),
            (All{"create rule r as on insert to t do (delete from a; delete from b)", "c"}));
  EXPECT_EQ(statements("create function f() begin atomic select 1; select case when true then 1 end; end; b"),
            (All{"create function f() begin atomic select 1; select case when true then 1 end; end", "b"}));
  EXPECT_EQ(statements("\\restrict x;\nselect 1"), (All{"\\restrict x;", "select 1"}));
  EXPECT_EQ(statements("select $1, a$b$c; d"), (All{"select $1, a$b$c", "d"}));
  EXPECT_EQ(statements("select 'open; b"), (All{"select 'open; b"}));
  EXPECT_EQ(statements(""), All{});
}

TEST(Rejects, HaveLimits) {
  struct Case {
    config::Rejects limits;
    std::int64_t rejected, read;
    bool early, late;
  };
  const auto limits = [](std::optional<std::int64_t> max, std::optional<double> percent) {
    config::Rejects out;
    out.max_set = max.has_value();
    out.max = max.value_or(0);
    out.max_percent_set = percent.has_value();
    out.max_percent = percent.value_or(0);
    return out;
  };
  const Case cases[] = {
      {limits({}, {}), 0, 10, false, false}, {limits({}, {}), 1, 10, true, true},
      {limits(5, {}), 5, 10, false, false},  {limits(5, {}), 6, 10, true, true},
      {limits({}, 10), 1, 10, false, false}, {limits({}, 10), 2, 10, false, true},
      {limits(5, 10), 2, 10, false, true},   {limits(5, 10), 6, 1000, true, true},
      {limits({}, 10), 0, 0, false, false},  {limits(0, {}), 1, 10, true, true},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(too_many_already(one.limits, one.rejected), one.early);
    EXPECT_EQ(too_many(one.limits, one.rejected, one.read), one.late);
  }
}

TEST(Text, FindsWhatPostgresqlRefuses) {
  for (const char* good : {"", "abc", "é", "日本", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEF\xBF\xBF"})
    EXPECT_EQ(encoding_problem(good), "");
  for (const char* bad :
       {"\xff", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\x80", "\xF0\x80\x80\x80"})
    EXPECT_NE(encoding_problem(bad), "") << bad;
  EXPECT_NE(encoding_problem(std::string_view("a\0b", 3)).find("NUL byte at byte 2"), std::string::npos);
  EXPECT_TRUE(is_plain_ascii("0123456789abcdefgh"));
  EXPECT_FALSE(is_plain_ascii("0123456789\x80"));
  EXPECT_FALSE(is_plain_ascii(std::string_view("01234567\0", 9)));
  EXPECT_FALSE(
      is_plain_ascii(std::string_view("0123\0"
                                      "567",
                                      8)));
  EXPECT_EQ(shown("a\n\xff"), "a\\x0a\\xff");
  EXPECT_EQ(json_string("a\"\\\n\xff\xC3\xA9"), "\"a\\\"\\\\\\u000a\\\\xff\xC3\xA9\"");
}

}  // namespace
}  // namespace slipway::ingest::test
