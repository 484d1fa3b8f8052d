#include "auth/sign_ins.hpp"

#include "auth/base64url.hpp"
#include "base/digest.hpp"

namespace slipway::auth {
namespace {

constexpr std::size_t secret_bytes = 32, secret_characters = 43;
constexpr int most_begun = 20'000, most_begun_by_one = 100;

}  // namespace

std::string new_cookie_secret() {
  return base64url(random_bytes(secret_bytes));
}

bool looks_like_cookie_secret(std::string_view text) {
  return text.size() == secret_characters && from_base64url(text);
}

Done begin_sign_in(pg::Session& session, const Secrets& secrets, const std::string& browser,
                   const std::string& return_to, const std::string& remote) {
  TRY(session.query("delete from slipway.sign_ins where begun_at < now() - interval '10 minutes'"));
  const pg::Rows made = TRY(session.query(
      "insert into slipway.sign_ins (state_sha256, browser_sha256, nonce, verifier, return_to, remote)"
      " select $1, $2, $3, $4, $5, $6"
      " where (select count(*) < $7::int and count(*) filter (where remote = $6) < $8::int"
      "        from slipway.sign_ins)",
      {sha256_hex(secrets.state), sha256_hex(browser), secrets.nonce, secrets.verifier, return_to, remote,
       std::to_string(most_begun), std::to_string(most_begun_by_one)}));
  if (made.affected() == 1) return {};
  return error(Kind::busy, "too many sign-ins have been begun and not ended")
      .next("Try again in ten minutes.");
}

Result<std::optional<Pending>> take_sign_in(pg::Session& session, const std::string& state,
                                            const std::string& browser) {
  if (!looks_like_cookie_secret(state) || !looks_like_cookie_secret(browser)) return std::optional<Pending>();
  const pg::Rows rows =
      TRY(session.query("delete from slipway.sign_ins where state_sha256 = $1 and browser_sha256 = $2"
                        " and begun_at > now() - interval '10 minutes'"
                        " returning nonce, verifier, return_to",
                        {sha256_hex(state), sha256_hex(browser)}));
  if (rows.empty()) return std::optional<Pending>();
  Pending pending{rows.string(0, 0), rows.string(0, 1), rows.string(0, 2)};
  return std::optional<Pending>(std::move(pending));
}

}  // namespace slipway::auth
