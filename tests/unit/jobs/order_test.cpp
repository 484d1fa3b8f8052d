// Ingest orders: what people may send, and what they may not.
#include "daemon/jobs/order.hpp"

#include <gtest/gtest.h>

#include "base/config/config.hpp"

namespace slipway::jobs {
namespace {

TEST(Order, ReadsItsFieldsAndWritesThemBack) {
  const auto order =
      parse_order(R"({"pipeline":"demo","params":{"since":"2026"},"only":["image"],"promote":true})");
  ASSERT_TRUE(order) << order.error().text();
  const auto again = parse_order(to_json(*order));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->pipeline, "demo");
  EXPECT_EQ(again->params.at("since"), "2026");
  EXPECT_EQ(again->only, std::vector<std::string>{"image"});
  EXPECT_TRUE(again->promote);
}

TEST(Order, NothingMeansTheOnlyPipeline) {
  for (const char* text : {"", "{}", " {} "}) {
    const auto order = parse_order(text);
    ASSERT_TRUE(order) << text;
    EXPECT_TRUE(order->pipeline.empty());
    EXPECT_FALSE(order->promote);
  }
}

TEST(Order, RefusesEverythingElse) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  const std::string wrong[] = {"[]",
                               "null",
                               "{",
                               "1",
                               R"({"pipeline":1})",
                               R"({"pipeline":null})",
                               R"({"promote":"yes"})",
                               R"({"only":"image"})",
                               R"({"only":[1]})",
                               R"({"params":[]})",
                               R"({"params":{"a":[1]}})",
                               R"({"pipelin":"demo"})",
                               R"({"pipeline":"demo"} x)",
                               "{\"pipeline\":\"\xff\"}",
                               deep,
                               R"({"params":)" + deep + "}"};
  for (const std::string& text : wrong) {
    const auto order = parse_order(text);
    ASSERT_FALSE(order) << text.substr(0, 80);
    EXPECT_EQ(order.error().kind(), Kind::usage);
  }
}

config::Config portal() {
  config::Config config;
  config::Pipeline demo;
  demo.name = "demo";
  demo.target = "portal";
  config::Table image;
  image.name = "image";
  demo.tables.push_back(image);
  config.pipelines["demo"] = demo;
  return config;
}

TEST(Order, IsHeldAgainstTheConfig) {
  config::Config config = portal();
  EXPECT_EQ(resolve({}, config)->pipeline, "demo");
  EXPECT_FALSE(resolve({}, config)->promote);
  EXPECT_EQ(resolve({"other", {}, {}, false, {}}, config).error().kind(), Kind::usage);
  EXPECT_EQ(resolve({"demo", {}, {"nope"}, false, {}}, config).error().kind(), Kind::usage);
  config.pipelines["demo"].promote = config::Promote::automatic;
  EXPECT_TRUE(resolve({}, config)->promote) << "promote: auto counts as a promotion";
}

}  // namespace
}  // namespace slipway::jobs
