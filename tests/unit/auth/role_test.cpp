// Roles and the shape of tokens.
#include "auth/role.hpp"

#include <gtest/gtest.h>

#include <set>

#include "auth/token_text.hpp"

namespace slipway::auth {
namespace {

TEST(Role, EachHoldsThoseBeforeIt) {
  const Role all[] = {Role::read, Role::ingest, Role::promote, Role::admin};
  for (int held = 0; held < 4; ++held)
    for (int needed = 0; needed < 4; ++needed) EXPECT_EQ(holds(all[held], all[needed]), held >= needed);
}

TEST(Role, NamesAreReadBackExactly) {
  for (const Role role : {Role::read, Role::ingest, Role::promote, Role::admin})
    EXPECT_EQ(parse_role(name(role)), role);
  for (const char* text : {"", "Admin", "admin ", "root", "READ"}) EXPECT_FALSE(parse_role(text)) << text;
}

TEST(TokenText, HasItsShapeAndNeverRepeats) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string text = new_token_text();
    EXPECT_TRUE(looks_like_token(text)) << text;
    EXPECT_TRUE(seen.insert(text).second);
  }
}

TEST(TokenText, OtherTextsAreNoTokens) {
  const std::string good = new_token_text();
  EXPECT_FALSE(looks_like_token(""));
  EXPECT_FALSE(looks_like_token("slip_"));
  EXPECT_FALSE(looks_like_token(good + "A"));
  EXPECT_FALSE(looks_like_token(good.substr(1)));
  EXPECT_FALSE(looks_like_token("Slip_" + good.substr(5)));
  EXPECT_FALSE(looks_like_token(good.substr(0, 47) + "'"));
  EXPECT_FALSE(looks_like_token(std::string(48, '\0')));
}

}  // namespace
}  // namespace slipway::auth
