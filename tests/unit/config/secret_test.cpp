// Secrets are read late, from where the config says: without the newline at their end, never from a file that
// everybody can write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "tests/unit/config/written.hpp"

namespace slipway::config {
namespace {

using testing::HasSubstr;

struct SecretFile {
  explicit SecretFile(const std::string& text, mode_t mode = 0600) : written(text) {
    ::chmod(written.file().c_str(), mode);
    secret.file = written.file();
  }
  Written written;
  Secret secret;
};

TEST(Secret, InlineIsItself) {
  Secret secret;
  EXPECT_FALSE(secret.given());
  secret.value = "host=a ";
  EXPECT_TRUE(secret.given());
  EXPECT_EQ(*secret.read(), "host=a ");
}

TEST(Secret, LosesOnlyTheNewlineAtItsEnd) {
  EXPECT_EQ(*SecretFile("postgresql://a:b@c/d\n").secret.read(), "postgresql://a:b@c/d");
  EXPECT_EQ(*SecretFile("token\r\n").secret.read(), "token");
  EXPECT_EQ(*SecretFile(" token ").secret.read(), " token ");
}

TEST(Secret, IsOneLine) {
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("a\nb\n"), std::string("a\0b", 3)}) {
    const auto read = SecretFile(text).secret.read();
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind(), Kind::usage);
  }
}

TEST(Secret, AMissingFileIsNamed) {
  Secret secret;
  secret.file = "/nonexistent/secret";
  const auto read = secret.read();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().text(), HasSubstr("/nonexistent/secret"));
}

TEST(Secret, MayBeReadableByOthersAsMountedSecretsAre) {
  EXPECT_EQ(*SecretFile("x\n", 0444).secret.read(), "x");
}

TEST(Secret, MayNotBeWritableByEverybody) {
  const auto read = SecretFile("hunter2\n", 0666).secret.read();
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().text(), HasSubstr("chmod o-w"));
  EXPECT_THAT(read.error().text(), testing::Not(HasSubstr("hunter2")));
}

TEST(Secret, ComesFromTheEnvironment) {
  Secret secret;
  secret.variable = "SLIPWAY_TEST_SECRET";
  ::unsetenv(secret.variable.c_str());
  const auto missing = secret.read();
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().text(), HasSubstr("`SLIPWAY_TEST_SECRET` is not set"));
  ::setenv(secret.variable.c_str(), "x", 1);
  EXPECT_EQ(*secret.read(), "x");
  ::unsetenv(secret.variable.c_str());
}

}  // namespace
}  // namespace slipway::config
