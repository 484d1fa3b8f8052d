// Heads of requests that are refused before anybody looks into them, and targets that are not decoded.
#include "daemon/http/head_check.hpp"

#include <gtest/gtest.h>

#include "daemon/http/target.hpp"

namespace slipway::http {
namespace {

struct Case {
  std::string head;
  int status;
};

std::string get(const std::string& fields) {
  return "GET / HTTP/1.1\r\n" + fields + "\r\n";
}
std::string post(const std::string& fields) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

TEST(HeadCheck, TakesWhatIsRight) {
  for (const std::string& head : {get("Host: a\r\n"), get("Host: [::1]:80\r\nX:\r\n"),
                                  std::string("GET / HTTP/1.0\r\n\r\n"), post("Content-Length: 5\r\n"),
                                  post("transfer-encoding: CHUNKED\r\n"), post("Content-Length:\t5 \r\n")})
    EXPECT_EQ(check_head(head).status, 0) << head << check_head(head).reason;
}

TEST(HeadCheck, RefusesWhatSmugglersUse) {
  const Case cases[] = {
      {post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 501},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
      {post("Transfer-Encoding: chunked, identity\r\n"), 501},
      {post("Transfer-Encoding: identity, chunked\r\n"), 501},
      {post("Transfer-Encoding: xchunked\r\n"), 501},
      {post("Transfer-Encoding:\r\n"), 501},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {post("Content-Length: 5, 5\r\n"), 400},
      {post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      {post("Content-Length: +5\r\n"), 400},
      {post("Content-Length: -1\r\n"), 400},
      {post("Content-Length: 0x5\r\n"), 400},
      {post("Content-Length:\r\n"), 400},
      {post("Content-Length: 99999999999999999999\r\n"), 400},
      {get(""), 400},
      {get("Host: a\r\nHost: a\r\n"), 400},
      {get("Host: a, b\r\n"), 400},
      {get("Host: a\r\nX: one\r\n two\r\n"), 400},
      {get("Host: a\r\n folded: x\r\n"), 400},
      {get("Host : a\r\n"), 400},
      {get("Host: a\r\nX y: 1\r\n"), 400},
      {get("Host: a\r\n: 1\r\n"), 400},
      {get("Host: a\r\nno colon\r\n"), 400},
      {get("Host: a\nX: b\r\n"), 400},
      {get("Host: a\rX: b\r\n"), 400},
      {get(std::string("Host: a\r\nX: \0\r\n", 14)), 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 505},
      {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"no end", 400},
  };
  for (const Case& one : cases) EXPECT_EQ(check_head(one.head).status, one.status) << one.head;
}

TEST(Target, IsDecodedOnceAndStrictly) {
  const auto target = parse_target("/api/jobs/a%2Fb?state=x+y%26&empty=&bare");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, (std::vector<std::string>{"api", "jobs", "a/b"}));
  EXPECT_EQ(target->query.at("state"), "x y&");
  EXPECT_EQ(target->query.at("empty"), "");
  EXPECT_EQ(target->query.at("bare"), "");
  EXPECT_EQ(parse_target("/a%252e")->path[0], "a%2e");
}

TEST(Target, RefusesWhatCannotBeMeant) {
  for (const char* text : {"", "*", "http://a/", "a", "/%", "/%4", "/%zz", "/%00", "/..", "/a/../b",
                           "/%2e%2e/x", "/a?x=1&x=2", "/a?x=%", "/a#b", "//./"})
    EXPECT_FALSE(parse_target(text)) << text;
}

}  // namespace
}  // namespace slipway::http
