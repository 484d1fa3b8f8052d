// The names of databases, and the locale that a new one is given.
#include "swap/database/catalog.hpp"

#include <gtest/gtest.h>

namespace slipway::swap {
namespace {

constexpr std::size_t longest_identifier_bytes = 63;

TEST(DatabaseNames, ComeBackAsTheyWereMade) {
  const std::string id = "20261121T093000Z";
  EXPECT_EQ(database_of_snapshot("portal", id), "portal__20261121T093000Z");
  EXPECT_EQ(id_of_database("portal", database_of_snapshot("portal", id)), id);
  EXPECT_EQ(id_of_database("portal", buried_database("portal", id)), id);
}

TEST(DatabaseNames, OfOthersAreNotOurs) {
  for (const char* other : {"portal", "portal__", "portal__x", "portal_2__20261121T093000Z",
                            "portal__20261321T093000Z", "portal__20261121T093000Z_old", ""})
    EXPECT_FALSE(id_of_database("portal", other)) << other;
}

TEST(DatabaseNames, FitIntoAnIdentifierWithTheLongestTarget) {
  EXPECT_LE(buried_database(std::string(40, 'x'), "20261121T093000Z").size(), longest_identifier_bytes);
}

TEST(DatabaseLocale, IsSpelledForEveryProvider) {
  EXPECT_EQ(locale_clause("UTF8", "C", "C", "", ""), "encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
  EXPECT_EQ(locale_clause("UTF8", "C", "C", "c", ""), "encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
  EXPECT_EQ(locale_clause("UTF8", "en_US", "en_US", "i", "en-US"),
            "encoding 'UTF8' lc_collate 'en_US' lc_ctype 'en_US' locale_provider icu icu_locale 'en-US'");
  EXPECT_EQ(locale_clause("UTF8", "C", "C", "b", "C.UTF-8"),
            "encoding 'UTF8' lc_collate 'C' lc_ctype 'C' locale_provider builtin builtin_locale 'C.UTF-8'");
}

}  // namespace
}  // namespace slipway::swap
