// Cookies as browsers send them, and as somebody else might; and changes that another site's page asks for.
#include "daemon/api/credentials.hpp"

#include <gtest/gtest.h>

#include "daemon/api/cookies.hpp"
#include "daemon/api/pages.hpp"

namespace slipway::api {
namespace {

http::Request with(http::Headers headers) {
  http::Request request;
  request.headers = std::move(headers);
  return request;
}
std::string read(const std::string& header) {
  return cookie(with({{"cookie", header}}), session_cookie);
}

TEST(Cookies, AreFoundByTheirWholeName) {
  EXPECT_EQ(read("__Host-slipway=abc"), "abc");
  EXPECT_EQ(read("a=b; __Host-slipway=abc; c=d"), "abc");
  EXPECT_EQ(read("a=b;__Host-slipway=abc"), "abc");
  EXPECT_EQ(read("__Host-slipway-csrf=x; __Host-slipway=abc"), "abc");
  EXPECT_EQ(read("__Host-slipway=a=b"), "a=b");
  for (const char* none : {"", ";", ";;", "=", "__Host-slipway", "__host-slipway=abc", "x__Host-slipway=abc",
                           "__Host-slipway-csrf=x", "__Host-slipway =abc", "__Host-slipway="})
    EXPECT_EQ(read(none), "") << none;
}

TEST(Cookies, ThatComeTwiceAreNotBelieved) {
  EXPECT_EQ(read("__Host-slipway=abc; __Host-slipway=def"), "");
  EXPECT_EQ(
      cookie(with({{"cookie", "__Host-slipway=abc"}, {"cookie", "__Host-slipway=def"}}), session_cookie), "");
}

TEST(Cookies, AreSetForThisHostAloneAndHiddenFromPages) {
  http::Response response;
  set_cookie(response, session_cookie, "abc", Seconds(60));
  set_cookie(response, csrf_cookie, "def", Seconds(60));
  clear_cookie(response, sign_in_cookie);
  EXPECT_EQ(response.headers[0].second,
            "__Host-slipway=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
  EXPECT_EQ(response.headers[1].second.find("HttpOnly"), std::string::npos) << "pages send it back";
  EXPECT_NE(response.headers[2].second.find("Max-Age=0"), std::string::npos);
}

TEST(OtherSites, AreRefused) {
  const std::string ours = "https://ingest.example.org";
  const auto refused = [&](http::Headers headers) {
    const auto refusal = refuse_other_sites(with(std::move(headers)), "the token", ours);
    return refusal ? refusal->status : 0;
  };
  EXPECT_EQ(refused({{"x-csrf-token", "the token"}}), 0) << "no browser of today";
  EXPECT_EQ(refused({{"x-csrf-token", "the token"}, {"origin", ours}, {"sec-fetch-site", "same-origin"}}), 0);
  const http::Headers bad[] = {{},
                               {{"origin", ours}},
                               {{"x-csrf-token", ""}},
                               {{"x-csrf-token", "the toke"}},
                               {{"x-csrf-token", "the token "}},
                               {{"x-csrf-token", "the token"}, {"origin", "null"}},
                               {{"x-csrf-token", "the token"}, {"origin", ours + "/"}},
                               {{"x-csrf-token", "the token"}, {"origin", ours + ":443"}},
                               {{"x-csrf-token", "the token"}, {"origin", "http://ingest.example.org"}},
                               {{"x-csrf-token", "the token"}, {"sec-fetch-site", "cross-site"}},
                               {{"x-csrf-token", "the token"}, {"sec-fetch-site", "same-site"}}};
  for (const http::Headers& headers : bad) EXPECT_EQ(refused(headers), 403);
}

TEST(Pages, ShowTextAsText) {
  const http::Response shown = page(403, "<b>", {"<script>alert('x')</script> & \"more\""});
  EXPECT_EQ(shown.body.find("<script>"), std::string::npos);
  EXPECT_EQ(shown.body.find("<b>"), std::string::npos);
  EXPECT_NE(shown.body.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;more&quot;"),
            std::string::npos);
}

}  // namespace
}  // namespace slipway::api
