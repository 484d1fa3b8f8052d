// Names for SQL out of the names of fields.
#include "daemon/ingest/sql/name.hpp"

#include <gtest/gtest.h>

#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

std::string alone(const std::string& text) {
  std::set<std::string> taken;
  return sql_name(text, "column_1", taken);
}

TEST(SqlName, NeedsNoQuotes) {
  const std::pair<const char*, const char*> all[] = {{"id", "id"},
                                                     {"Media Type", "media_type"},
                                                     {"mediaType", "media_type"},
                                                     {"HTTPStatus", "http_status"},
                                                     {"2nd", "c_2nd"},
                                                     {"  weird -- name;", "weird_name"},
                                                     {"order", "order_"},
                                                     {"Select", "select_"},
                                                     {"", "column_1"},
                                                     {"---", "column_1"},
                                                     {"größe", "größe"},
                                                     {"a\xff", "column_1"},
                                                     {"a\"b'c", "a_b_c"},
                                                     {"ctid", "ctid_"},
                                                     {"_id", "id"}};
  for (const auto& [text, name] : all) EXPECT_EQ(alone(text), name) << text;
}

TEST(SqlName, IsNeverTwiceTheSame) {
  std::set<std::string> taken;
  EXPECT_EQ(sql_name("A b", "x", taken), "a_b");
  EXPECT_EQ(sql_name("a-b", "x", taken), "a_b_2");
  EXPECT_EQ(sql_name("a_b", "x", taken), "a_b_3");
}

TEST(SqlName, FitsAndCutsNoCharacterInTwo) {
  std::string longest;
  for (int i = 0; i < 40; ++i) longest += "é";
  for (const std::string& text : {std::string(200, 'a'), longest, "a" + longest}) {
    const std::string name = alone(text);
    EXPECT_LE(name.size(), 58U);
    EXPECT_GE(name.size(), 56U);
    EXPECT_EQ(encoding_problem(name), "");
  }
}

}  // namespace
}  // namespace slipway::ingest
