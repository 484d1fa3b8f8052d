// The table of routes, and finding one in it.
#include "daemon/api/route.hpp"

#include <gtest/gtest.h>

#include <set>

#include "daemon/api/credentials.hpp"

namespace slipway::api {
namespace {

TEST(Routes, EachStandsOnceAndNamesARoleUnderTheApi) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Route& route : routes()) {
    EXPECT_TRUE(seen.emplace(route.method, route.path).second) << route.path;
    EXPECT_TRUE(route.path.starts_with('/'));
    const bool api = route.path.starts_with("/api/");
    EXPECT_EQ(api, route.role && route.open == Open::to_nobody) << route.path;
    if (route.role) {
      EXPECT_EQ(route.needs, Needs::session) << route.path;
    }
    // Tokens of one's own hold no more than oneself.
    if (api && route.method != "GET" && !route.path.starts_with("/api/tokens")) {
      EXPECT_GE(*route.role, auth::Role::ingest) << route.path;
    }
  }
}

TEST(Routes, OnlyThisMachineItselfIsLetInUnasked) {
  const Route metrics = *match(routes(), "GET", {"metrics"}).route;
  const auto asks = [&](const std::string& remote, const http::Headers& headers = {}) {
    http::Request request;
    request.remote = remote;
    request.headers = headers;
    return metrics.asks_who(request);
  };
  for (const char* here : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_FALSE(asks(here)) << here;
  for (const char* there : {"10.0.0.1", "::2", "", "128.0.0.1"}) EXPECT_TRUE(asks(there)) << there;
  EXPECT_TRUE(asks("127.0.0.1", {{"x-forwarded-for", "10.0.0.1"}})) << "through a proxy that nobody named";
  EXPECT_TRUE(asks("127.0.0.1", {{"forwarded", "for=10.0.0.1"}}));
}

TEST(Routes, AreFoundByMethodAndPath) {
  const auto table = routes();
  EXPECT_TRUE(match(table, "GET", {"livez"}).route);
  EXPECT_TRUE(match(table, "HEAD", {"livez"}).route);
  const Match job = match(table, "GET", {"api", "jobs", "12"});
  ASSERT_TRUE(job.route);
  EXPECT_EQ(job.arguments, std::vector<std::string>{"12"});
  EXPECT_EQ(job.route->path, "/api/jobs/{id}");
  EXPECT_EQ(match(table, "POST", {"api", "jobs", "ingest"}).route->path, "/api/jobs/ingest");
}

TEST(Routes, OtherMethodsAreToldWhatThereIs) {
  const Match wrong = match(routes(), "DELETE", {"api", "jobs"});
  EXPECT_FALSE(wrong.route);
  EXPECT_EQ(wrong.allow, "GET, HEAD");
  EXPECT_EQ(match(routes(), "get", {"livez"}).route, nullptr);
}

TEST(Routes, OtherPathsAreNotThere) {
  for (const std::vector<std::string>& path : std::vector<std::vector<std::string>>{{},
                                                                                    {""},
                                                                                    {"livez", ""},
                                                                                    {"api"},
                                                                                    {"api", "jobs", ""},
                                                                                    {"api", "jobs", "1", "x"},
                                                                                    {"API", "jobs"}}) {
    const Match none = match(routes(), "GET", path);
    const bool empty_id =
        path.size() == 3 && path[2].empty();  // a job with no number is the handler's to refuse
    EXPECT_EQ(none.allow.empty(), !empty_id);
  }
}

TEST(Bearer, OnlyWhatLooksLikeATokenOfOurs) {
  const std::string token = "slip_" + std::string(43, 'A');
  const auto read = [](const std::string& value) {
    http::Request request;
    request.headers = {{"authorization", value}};
    return std::string(bearer_token(request));
  };
  EXPECT_EQ(read("Bearer " + token), token);
  EXPECT_EQ(read("bearer " + token), token);
  for (const std::string& value : {std::string(), std::string("Bearer"), std::string("Bearer "),
                                   "Basic " + token, token, "Bearer  " + token, "Bearer " + token + " x",
                                   "Bearer " + token + "=", std::string("Bearer ' or 1=1 --")})
    EXPECT_EQ(read(value), "") << value;
}

}  // namespace
}  // namespace slipway::api
