// id_tokens of strangers: what must not be believed, each with the reason that it must give.
#include "auth/id_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "auth/base64url.hpp"
#include "base/digest.hpp"
#include "tests/unit/auth/signer.hpp"

namespace slipway::auth {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::int64_t now_s = 1'800'000'000;
const Expected expected{"https://orcid.org", "APP-1", "the nonce", now_s};

json good_header() {
  return {{"alg", "RS256"}, {"kid", "k1"}};
}
json good_claims() {
  return {{"iss", "https://orcid.org"}, {"aud", "APP-1"},           {"sub", "0000-0002-1825-0097"},
          {"iat", now_s - 5},           {"exp", now_s + 600},       {"nonce", "the nonce"},
          {"given_name", "Josiah"},     {"family_name", "Carberry"}};
}

const test::Signer& signer() {
  static const test::Signer one;
  return one;
}

// As the sign-in looks at it: taken apart, the key found by its name, verified.
Result<Person> look_at(const std::string& text, const Expected& wanted = expected) {
  const IdToken token = TRY(parse_id_token(text));
  const Keys keys = TRY(parse_keys(signer().jwks("k1")));
  const auto key = keys.find(token.kid);
  if (key == keys.end()) return error(Kind::refused, "unknown key");
  return verify_id_token(token, key->second, wanted);
}

std::string with(const std::function<void(json&, json&)>& change) {
  json header = good_header(), claims = good_claims();
  change(header, claims);
  return signer().token(header.dump(), claims.dump());
}
std::string with_claims_text(const std::string& claims) {
  return signer().token(good_header().dump(), claims);
}
std::string with_header_text(const std::string& header) {
  return signer().token(header, good_claims().dump());
}
// The good claims' text, with this put before its closing brace.
std::string and_then(const std::string& more) {
  std::string text = good_claims().dump();
  text.insert(text.size() - 1, more);
  return with_claims_text(text);
}

TEST(IdToken, OfTheProviderIsBelieved) {
  const auto person = look_at(with([](json&, json&) {}));
  ASSERT_TRUE(person) << person.error().text();
  EXPECT_EQ(person->orcid, "0000-0002-1825-0097");
  EXPECT_EQ(person->name, "Josiah Carberry");
  for (const auto& fine :
       {with([](json&h, json&) { h["typ"] = "JWT"; }),
        with([](json&, json&c) { c["aud"] = json::array({"APP-1"}); }),
        with([](json&, json&c) { c["azp"] = "APP-1"; }), with([](json&, json&c) { c["exp"] = now_s - 30; }),
        with([](json&, json&c) { c["iat"] = now_s + 30; }),
        with([](json&, json&c) { c["nbf"] = now_s + 30; })})
    EXPECT_TRUE(look_at(fine)) << look_at(fine).error().text();
}

TEST(IdToken, NamesAreOneCleanLine) {
  EXPECT_EQ(look_at(with([](json&, json& c) {
              c["name"] =
                  "a\r\nSet-Cookie: x\x7f"
                  "b";
            }))->name,
            "aSet-Cookie: xb");
  EXPECT_EQ(look_at(with([](json&, json& c) {
              c["name"] = 7;
              c.erase("given_name");
              c.erase("family_name");
            }))->name,
            "");
  std::string longer(99, 'a');
  EXPECT_EQ(look_at(with([&](json&, json& c) { c["name"] = longer + "é"; }))->name, longer);
}

struct Bad {
  const char* name;
  std::function<std::string()> token;
  const char* why;
};

void PrintTo(const Bad& one, std::ostream* out) {
  *out << one.name;
}

const Bad cases[] = {
    {"empty", [] { return ""; }, "three parts"},
    {"two_dots_only", [] { return ".."; }, "no JSON object"},
    {"two_parts", [] { return "e30.e30"; }, "three parts"},
    {"five_parts_as_encrypted", [] { return "e30.e30.e30.e30.e30"; }, "three parts"},
    {"padding", [] { return with([](json&, json&) {}) + "=="; }, "base64url"},
    {"plain_base64_signature", [] { return with([](json&, json&) {}) + "+/"; }, "base64url"},
    {"blank_before", [] { return " " + with([](json&, json&) {}); }, "base64url"},
    {"newline_behind", [] { return with([](json&, json&) {}) + "\n"; }, "base64url"},
    {"nul_behind", [] { return with([](json&, json&) {}) + std::string(1, '\0'); }, "base64url"},
    {"huge", [] { return with([](json&, json& c) { c["x"] = std::string(20'000, 'x'); }); }, "too long"},
    {"header_no_json", [] { return with_header_text("alg=RS256"); }, "header is no JSON"},
    {"header_a_list", [] { return with_header_text("[\"RS256\"]"); }, "header is no JSON"},
    {"header_deep", [] { return with_header_text(std::string(5'000, '[') + std::string(5'000, ']')); },
     "no JSON"},
    {"header_two_algs", [] { return with_header_text(R"({"alg":"RS256","alg":"none","kid":"k1"})"); },
     "no JSON"},
    {"header_not_utf8", [] { return with_header_text("{\"alg\":\"RS256\",\"kid\":\"k1\xff\"}"); }, "no JSON"},
    {"header_and_more", [] { return with_header_text(R"({"alg":"RS256","kid":"k1"}{})"); }, "no JSON"},
    {"alg_none", [] { return signer().unsigned_token(R"({"alg":"none","kid":"k1"})", good_claims().dump()); },
     "RS256"},
    {"alg_None", [] { return signer().unsigned_token(R"({"alg":"None","kid":"k1"})", good_claims().dump()); },
     "RS256"},
    {"alg_RS256_unsigned", [] { return signer().unsigned_token(good_header().dump(), good_claims().dump()); },
     "signature"},
    {"alg_missing", [] { return with([](json& h, json&) { h.erase("alg"); }); }, "RS256"},
    {"alg_lower_case", [] { return with([](json& h, json&) { h["alg"] = "rs256"; }); }, "RS256"},
    {"alg_a_list", [] { return with([](json& h, json&) { h["alg"] = {"RS256"}; }); }, "RS256"},
    {"alg_RS512", [] { return with([](json& h, json&) { h["alg"] = "RS512"; }); }, "RS256"},
    {"alg_PS256", [] { return with([](json& h, json&) { h["alg"] = "PS256"; }); }, "RS256"},
    {"alg_look_alike", [] { return with([](json& h, json&) { h["alg"] = "RЅ256"; }); }, "RS256"},
    {"alg_with_nul", [] { return with([](json& h, json&) { h["alg"] = std::string("RS256\0", 6); }); },
     "RS256"},
    {"hs256_with_the_public_key",
     [] { return signer().mac_token(R"({"alg":"HS256","kid":"k1"})", good_claims().dump()); }, "RS256"},
    {"rs256_that_is_a_mac", [] { return signer().mac_token(good_header().dump(), good_claims().dump()); },
     "signature"},
    {"embedded_key",
     [] {
       const test::Signer other;
       json header = good_header();
       header["jwk"] = json::parse(other.jwks("k1"))["keys"][0];
       return other.token(header.dump(), good_claims().dump());
     },
     "`jwk`"},
    {"key_from_elsewhere", [] { return with([](json& h, json&) { h["jku"] = "https://evil.example.org"; }); },
     "`jku`"},
    {"certificate_from_elsewhere",
     [] { return with([](json& h, json&) { h["x5u"] = "https://evil.example.org"; }); }, "`x5u`"},
    {"certificate_embedded", [] { return with([](json& h, json&) { h["x5c"] = json::array(); }); }, "`x5c`"},
    {"crit", [] { return with([](json& h, json&) { h["crit"] = {"exp"}; }); }, "`crit`"},
    {"b64", [] { return with([](json& h, json&) { h["b64"] = false; }); }, "`b64`"},
    {"zip", [] { return with([](json& h, json&) { h["zip"] = "DEF"; }); }, "`zip`"},
    {"another_type", [] { return with([](json& h, json&) { h["typ"] = "at+jwt"; }); }, "type"},
    {"kid_missing", [] { return with([](json& h, json&) { h.erase("kid"); }); }, "name its key"},
    {"kid_a_number", [] { return with([](json& h, json&) { h["kid"] = 1; }); }, "name its key"},
    {"kid_empty", [] { return with([](json& h, json&) { h["kid"] = ""; }); }, "name its key"},
    {"kid_long", [] { return with([](json& h, json&) { h["kid"] = std::string(300, 'k'); }); },
     "name its key"},
    {"kid_a_path", [] { return with([](json& h, json&) { h["kid"] = "../../etc/passwd"; }); }, "unknown key"},
    {"kid_sql", [] { return with([](json& h, json&) { h["kid"] = "' or 1=1 --"; }); }, "unknown key"},
    {"kid_with_nul", [] { return with([](json& h, json&) { h["kid"] = std::string("k1\0", 3); }); },
     "unknown key"},
    {"another_key", [] { return test::Signer().token(good_header().dump(), good_claims().dump()); },
     "signature"},
    {"changed_claims",
     [] {
       const std::string token = with([](json&, json&) {});
       json claims = good_claims();
       claims["sub"] = "0000-0001-5109-3700";
       const std::size_t first = token.find('.'), second = token.rfind('.');
       return token.substr(0, first + 1) + base64url(claims.dump()) + token.substr(second);
     },
     "signature"},
    {"signature_cut",
     [] {
       std::string t = with([](json&, json&) {});
       t.resize(t.size() - 4);
       return t;
     },
     "base64url"},
    {"signature_twice",
     [] {
       std::string t = with([](json&, json&) {});
       return t + t.substr(t.rfind('.') + 1);
     },
     ""},
    {"claims_no_object", [] { return with_claims_text("[]"); }, "claims are no JSON"},
    {"claims_twice_sub", [] { return and_then(R"(,"sub":"0000-0001-5109-3700")"); }, "claims are no JSON"},
    {"claims_twice_escaped", [] { return and_then(R"(,"s\u0075b":"0000-0001-5109-3700")"); },
     "claims are no JSON"},
    {"claims_twice_inside", [] { return and_then(R"(,"x":{"a":1,"a":2})"); }, "claims are no JSON"},
    {"claims_with_raw_nul", [] { return with_claims_text(good_claims().dump() + std::string(1, '\0')); },
     "claims are no JSON"},
    {"claims_with_comment", [] { return with_claims_text("/* */" + good_claims().dump()); },
     "claims are no JSON"},
    {"claims_nan", [] { return and_then(R"(,"x":NaN)"); }, "claims are no JSON"},
    {"iss_missing", [] { return with([](json&, json& c) { c.erase("iss"); }); }, "issuer"},
    {"iss_with_slash", [] { return with([](json&, json& c) { c["iss"] = "https://orcid.org/"; }); },
     "issuer"},
    {"iss_http", [] { return with([](json&, json& c) { c["iss"] = "http://orcid.org"; }); }, "issuer"},
    {"iss_upper_case", [] { return with([](json&, json& c) { c["iss"] = "https://ORCID.org"; }); }, "issuer"},
    {"iss_sandbox", [] { return with([](json&, json& c) { c["iss"] = "https://sandbox.orcid.org"; }); },
     "issuer"},
    {"iss_look_alike", [] { return with([](json&, json& c) { c["iss"] = "https://оrcid.org"; }); }, "issuer"},
    {"iss_a_list", [] { return with([](json&, json& c) { c["iss"] = {"https://orcid.org"}; }); }, "issuer"},
    {"aud_missing", [] { return with([](json&, json& c) { c.erase("aud"); }); }, "another client"},
    {"aud_another", [] { return with([](json&, json& c) { c["aud"] = "APP-2"; }); }, "another client"},
    {"aud_a_prefix", [] { return with([](json&, json& c) { c["aud"] = "APP-11"; }); }, "another client"},
    {"aud_two", [] { return with([](json&, json& c) {
                       c["aud"] = {"APP-1", "APP-2"};
                     }); }, "another client"},
    {"aud_empty_list", [] { return with([](json&, json& c) { c["aud"] = json::array(); }); },
     "another client"},
    {"aud_nested",
     [] { return with([](json&, json& c) { c["aud"] = json::array({json::array({"APP-1"})}); }); },
     "another client"},
    {"aud_null", [] { return with([](json&, json& c) { c["aud"] = nullptr; }); }, "another client"},
    {"azp_another", [] { return with([](json&, json& c) { c["azp"] = "APP-2"; }); }, "another client"},
    {"expired", [] { return with([](json&, json& c) { c["exp"] = now_s - 61; }); }, "expired"},
    {"exp_missing", [] { return with([](json&, json& c) { c.erase("exp"); }); }, "no time"},
    {"exp_a_text", [] { return with([](json&, json& c) { c["exp"] = "1900000000"; }); }, "no time"},
    {"exp_a_fraction", [] { return with([](json&, json& c) { c["exp"] = 1.9e9; }); }, "no time"},
    {"exp_negative", [] { return with([](json&, json& c) { c["exp"] = -1; }); }, "no time"},
    {"exp_huge", [] { return with([](json&, json& c) { c["exp"] = 18446744073709551615ull; }); }, "no time"},
    {"exp_beyond_numbers", [] { return and_then(R"(,"nbf":99999999999999999999999)"); }, "no time"},
    {"iat_missing", [] { return with([](json&, json& c) { c.erase("iat"); }); }, "no time"},
    {"iat_in_the_future", [] { return with([](json&, json& c) { c["iat"] = now_s + 61; }); },
     "in the future"},
    {"not_yet_valid", [] { return with([](json&, json& c) { c["nbf"] = now_s + 61; }); }, "not valid yet"},
    {"nbf_null", [] { return with([](json&, json& c) { c["nbf"] = nullptr; }); }, "`nbf` is no time"},
    {"nonce_missing", [] { return with([](json&, json& c) { c.erase("nonce"); }); }, "another sign-in"},
    {"nonce_another", [] { return with([](json&, json& c) { c["nonce"] = "another nonce"; }); },
     "another sign-in"},
    {"nonce_null", [] { return with([](json&, json& c) { c["nonce"] = nullptr; }); }, "another sign-in"},
    {"sub_missing", [] { return with([](json&, json& c) { c.erase("sub"); }); }, "no ORCID iD"},
    {"sub_a_number", [] { return with([](json&, json& c) { c["sub"] = 218250097; }); }, "no ORCID iD"},
    {"sub_wrong_checksum", [] { return with([](json&, json& c) { c["sub"] = "0000-0002-1825-0098"; }); },
     "no ORCID iD"},
    {"sub_an_address",
     [] { return with([](json&, json& c) { c["sub"] = "https://orcid.org/0000-0002-1825-0097"; }); },
     "no ORCID iD"},
    {"sub_and_more", [] { return with([](json&, json& c) { c["sub"] = "0000-0002-1825-0097x"; }); },
     "no ORCID iD"},
    {"sub_with_newline", [] { return with([](json&, json& c) { c["sub"] = "0000-0002-1825-0097\n"; }); },
     "no ORCID iD"},
    {"sub_with_nul",
     [] { return with([](json&, json& c) { c["sub"] = std::string("0000-0002-1825-0097\0", 20); }); },
     "no ORCID iD"},
    {"sub_lower_x", [] { return with([](json&, json& c) { c["sub"] = "0000-0002-1694-233x"; }); },
     "no ORCID iD"},
    {"sub_other_digits", [] { return with([](json&, json& c) { c["sub"] = "0000-0002-1825-009７"; }); },
     "no ORCID iD"},
    {"sub_other_dashes", [] { return with([](json&, json& c) { c["sub"] = "0000‐0002‐1825‐0097"; }); },
     "no ORCID iD"},
    {"sub_no_dashes", [] { return with([](json&, json& c) { c["sub"] = "0000000218250097"; }); },
     "no ORCID iD"},
};

class HostileIdToken : public testing::TestWithParam<Bad> {};

TEST_P(HostileIdToken, IsNotBelieved) {
  const auto person = look_at(GetParam().token());
  ASSERT_FALSE(person) << person->orcid;
  EXPECT_EQ(person.error().kind(), Kind::refused);
  EXPECT_THAT(person.error().summary(), HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Each, HostileIdToken, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(IdToken, WithoutASignInOfOursNeedsNoNonce) {
  Expected exchange = expected;
  exchange.nonce.reset();
  EXPECT_TRUE(look_at(with([](json&, json& c) { c.erase("nonce"); }), exchange));
}

TEST(IdTokenKeys, OnlyThoseForUsAreTaken) {
  json all = json::parse(signer().jwks("k1"));
  const json good = all["keys"][0];
  const auto changed = [&](const char* name, const json& value) {
    json key = good;
    key["kid"] = std::string(name) + value.dump();
    key[name] = value;
    all["keys"].push_back(key);
  };
  changed("kty", "EC");
  changed("use", "enc");
  changed("alg", "RS512");
  changed("alg", "RS256");
  changed("n", "AQAB");
  changed("n", "?");
  changed("e", "AQ");
  changed("e", "AAAA");
  changed("e", "////////////");
  changed("kid", 7);
  all["keys"].push_back("nonsense");
  const auto keys = parse_keys(all.dump());
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys->size(), 2u);
  EXPECT_TRUE(keys->contains("k1"));
  EXPECT_TRUE(keys->contains("alg\"RS256\""));
  for (const char* nothing :
       {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[]})", R"({"keys":[{}]})", "<html>"})
    EXPECT_FALSE(parse_keys(nothing)) << nothing;
  const test::Signer small(1024);
  EXPECT_FALSE(parse_keys(small.jwks("small"))) << "too short to trust";
}

TEST(Base64Url, HasOneSpellingForAValue) {
  for (std::size_t size = 0; size < 70; ++size) {
    const std::string bytes = random_bytes(size);
    EXPECT_EQ(from_base64url(base64url(bytes)), bytes);
  }
  EXPECT_EQ(from_base64url("TQ"), "M");
  for (const char* bad : {"T", "TR", "TWF", "TQ==", "TWE=", "T Q", "T+", "T/", "\xc3\xa9", "TWFuT"})
    EXPECT_FALSE(from_base64url(bad)) << bad;
}

}  // namespace
}  // namespace slipway::auth
