// ETag and If-None-Match.
#include "daemon/api/etag.hpp"

#include <gtest/gtest.h>

namespace slipway::api {
namespace {

std::string header(const http::Response& response, const std::string& wanted) {
  for (const auto& [name, value] : response.headers)
    if (name == wanted) return value;
  return {};
}

http::Response asked(const std::string& if_none_match, const std::string& body = "{}",
                     const std::string& method = "GET", int status = 200) {
  http::Request request;
  request.method = method;
  if (!if_none_match.empty()) request.headers = {{"if-none-match", if_none_match}};
  http::Response response;
  response.status = status;
  response.body = body;
  return tagged(request, std::move(response));
}

TEST(ETag, SaysWhenNothingHasChanged) {
  const std::string tag = header(asked(""), "ETag");
  ASSERT_GT(tag.size(), 10u);
  for (const std::string& named :
       {tag, "W/" + tag, "\"other\", " + tag, std::string("*"), "\"a\" ,W/" + tag + " "}) {
    const http::Response same = asked(named);
    EXPECT_EQ(same.status, 304) << named;
    EXPECT_TRUE(same.body.empty());
    EXPECT_EQ(header(same, "ETag"), tag);
  }
  EXPECT_EQ(asked(tag, "{\"a\":1}").status, 200) << "it has changed";
  EXPECT_EQ(asked("\"other\"").status, 200);
  EXPECT_EQ(asked(tag.substr(1)).status, 200);
}

TEST(ETag, OnlyOfWhatWasReadAndIsThere) {
  EXPECT_EQ(header(asked("", "{}", "POST"), "ETag"), "");
  EXPECT_EQ(header(asked("", "{}", "GET", 404), "ETag"), "");
  EXPECT_EQ(asked("*", "{}", "GET", 202).status, 202);
}

}  // namespace
}  // namespace slipway::api
