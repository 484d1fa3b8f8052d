// One wrong config and how the complaint about it begins.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "tests/unit/config/written.hpp"

namespace slipway::config {

struct Mistake {
  const char* name;
  std::string yaml;
  std::string complaint;  // the beginning of it
};

inline void PrintTo(const Mistake& one, std::ostream* out) {
  *out << one.name;
}

inline void expect_named(const Mistake& one) {
  const Written file(one.yaml);
  EXPECT_THAT(file.complaint(), testing::StartsWith(one.complaint));
  const Result<Config> config = file.load();
  ASSERT_FALSE(config);
  EXPECT_EQ(exit_code(config.error().kind()), 2);
}

}  // namespace slipway::config
