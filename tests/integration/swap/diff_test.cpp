// `swap diff` with real servers: rows, keys and structure, and the frozen snapshot lies as it did before.
#include "swap/diff/diff.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "swap/diff/compare_tables.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/harbour.hpp"

namespace slipway {
namespace {

using nlohmann::json;
using test::Harbour;
using testing::HasSubstr;

json table_of(const json& diff, const std::string& name) {
  for (const json& table : diff.at("tables"))
    if (table.at("table") == name) return table;
  ADD_FAILURE() << "no table " << name << " in " << diff.dump(1);
  return {};
}

TEST(Diff, ShowsRowsKeysAndStructureOfAFrozenSnapshot) {
  Harbour harbour;
  const std::string first = harbour.build(
      100,
      "create table study (id integer primary key, name text); create index by_name on study (name);"
      "insert into study select n, 'study ' || n from generate_series(1, 50) n; analyze");
  ASSERT_EQ(harbour.promote().outcome, swap::Outcome::promoted);
  const std::string second =
      harbour.build(120,
                    "create table study (id integer primary key, name text, more integer);"
                    "insert into study select n, 'study ' || n from generate_series(3, 52) n;"
                    "update study set name = 'changed' where id = 7; create table fresh (); analyze");
  const json diff = test::must(swap::diff(harbour.context(), {"", "", "test"}));
  EXPECT_EQ(diff.at("from"), first);
  EXPECT_EQ(diff.at("to"), second);
  const json study = table_of(diff, "public.study");
  EXPECT_EQ(study.at("live"), 50);
  EXPECT_EQ(study.at("candidate"), 50);
  EXPECT_EQ(study.at("keys").at("sample").at("changed"), json({"7"}));
  EXPECT_EQ(study.at("keys").at("sample").at("added"), json({"51", "52"}));
  EXPECT_EQ(study.at("keys").at("sample").at("removed"), json({"1", "2"}));
  EXPECT_EQ(table_of(diff, "public.cargo").at("candidate"), 120);
  EXPECT_EQ(table_of(diff, "public.cargo").at("note"), "it has no primary key");
  EXPECT_TRUE(table_of(diff, "public.fresh").at("live").is_null());
  const std::string text = swap::diff_text(diff);
  EXPECT_THAT(text, HasSubstr("- indexes  public.by_name"));
  EXPECT_THAT(text, HasSubstr("+ columns  public.study.more"));
  EXPECT_THAT(text, HasSubstr("1 changed: 7"));

  // The other way round, and by name; the one that was started for it is stopped again, live serves on.
  const json back = test::must(swap::diff(harbour.context(), {first, second, "test"}));
  EXPECT_EQ(table_of(back, "public.study").at("keys").at("sample").at("added"), json({"1", "2"}));
  EXPECT_FALSE(test::must(swap::find_server(real_seams(), harbour.volume().cluster(second))));
  EXPECT_TRUE(test::must(swap::find_server(real_seams(), harbour.volume().cluster(first))));
  EXPECT_EQ(harbour.seen(), first);
  EXPECT_EQ(swap::diff(harbour.context(), {"20200101T000000Z", "", "test"}).error().kind(), Kind::failed);
  EXPECT_EQ(harbour.promote_allowing({"indexes", "columns", "client_shape"}).outcome,
            swap::Outcome::promoted);
}

TEST(Diff, ComparesBothEndsOfALargeTableAndPartitionsAsOne) {
  test::Cluster cluster;
  pg::Session session = cluster.session();
  test::must(
      session.script("create schema one; create schema two;"
                     "create table one.large as select n, n::text as b from generate_series(1, 120000) n; "
                     "alter table one.large add primary key (n);"
                     "create table two.large as select n, n::text as b from generate_series(3, 120005) n; "
                     "alter table two.large add primary key (n);"
                     "update two.large set b = 'x' where n in (10, 60000, 119990);"
                     "create table one.part (a integer, b text, primary key (b, a)) partition by list (b);"
                     "create table one.part_x partition of one.part for values in ('x', 'it''s, \"y\"');"
                     "create table two.part (a integer, b text, primary key (b, a));"
                     "insert into one.part values (1, 'x'), (2, 'it''s, \"y\"'); insert into two.part values "
                     "(1, 'x'), (3, 'it''s, \"y\"')"));
  pg::Session other = cluster.session();
  const auto found = swap::compare_tables({session, "one"}, {other, "two"});
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 2U);
  const swap::TableDiff& large = (*found)[0];
  EXPECT_EQ(large.table, "large");
  EXPECT_FALSE(large.whole);
  EXPECT_EQ(large.live, 120000);
  EXPECT_EQ(large.candidate, 120003);
  // The change in the middle is not looked at, and that is said.
  EXPECT_EQ(large.keys->changed, 2);
  EXPECT_EQ(large.keys->removed, 2);
  EXPECT_EQ(large.keys->added, 5);
  EXPECT_LT(large.keys->compared, 21000);
  const swap::TableDiff& part = (*found)[1];
  EXPECT_TRUE(part.whole);
  EXPECT_EQ(part.keys->sample_added, std::vector<std::string>{"it's, \"y\", 3"});
  EXPECT_EQ(part.keys->sample_removed, std::vector<std::string>{"it's, \"y\", 2"});
}

}  // namespace
}  // namespace slipway
