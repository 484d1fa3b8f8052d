#include "auth/web_sessions.hpp"

#include "auth/allow_list.hpp"
#include "auth/base64url.hpp"
#include "auth/sign_ins.hpp"
#include "base/digest.hpp"
#include "migrations/audit.hpp"

namespace slipway::auth {
namespace {

#define SLIPWAY_ALIVE "began_at > now() - interval '12 hours' and seen_at > now() - interval '2 hours'"

constexpr int most_of_one_person = 20;

}  // namespace

std::string actor_of(const Person& person) {
  return person.name.empty() ? person.orcid : fmt::format("{} ({})", person.orcid, person.name);
}

Result<std::string> open_web_session(pg::Session& session, const Person& person, Role role,
                                     const std::string& origin, const std::string& before) {
  std::string secret = new_cookie_secret();
  TRY(session.query("delete from slipway.web_sessions where sha256 = $1 or not (" SLIPWAY_ALIVE ")",
                    {sha256_hex(before)}));
  TRY(session.query(
      "delete from slipway.web_sessions where sha256 in (select sha256 from slipway.web_sessions"
      " where orcid = $1 order by seen_at desc offset $2::int)",
      {person.orcid, std::to_string(most_of_one_person - 1)}));
  TRY(session.query("insert into slipway.web_sessions (sha256, orcid, name) values ($1, $2, $3)",
                    {sha256_hex(secret), person.orcid, person.name}));
  TRY(audit::record(session, {actor_of(person), "sign_in", "person " + person.orcid, origin, "done",
                              fmt::format(R"({{"role":"{}"}})", name(role))}));
  return secret;
}

Result<std::optional<Caller>> find_web_session(pg::Session& session, const config::Auth& auth,
                                               const std::string& secret) {
  if (!looks_like_cookie_secret(secret)) return std::optional<Caller>();
  const std::string hash = sha256_hex(secret);
  const pg::Rows rows =
      TRY(session.query("select orcid, name, seen_at < now() - interval '1 minute' from slipway.web_sessions"
                        " where sha256 = $1 and " SLIPWAY_ALIVE,
                        {hash}));
  if (rows.empty()) return std::optional<Caller>();
  const Person person{rows.string(0, 0), rows.string(0, 1)};
  const std::optional<Role> role = TRY(role_of(session, auth, person.orcid));
  if (!role) {
    TRY(session.query("delete from slipway.web_sessions where orcid = $1", {person.orcid}));
    return std::optional<Caller>();
  }
  if (rows.truth(0, 2))
    TRY(session.query("update slipway.web_sessions set seen_at = now() where sha256 = $1", {hash}));
  Caller caller{actor_of(person), *role, person.orcid, person.name, 0};
  return std::optional<Caller>(std::move(caller));
}

Result<std::optional<Person>> close_web_session(pg::Session& session, const std::string& secret,
                                                const std::string& origin) {
  if (!looks_like_cookie_secret(secret)) return std::optional<Person>();
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Rows rows = TRY(session.query(
      "delete from slipway.web_sessions where sha256 = $1 returning orcid, name", {sha256_hex(secret)}));
  if (rows.empty()) return std::optional<Person>();
  Person person{rows.string(0, 0), rows.string(0, 1)};
  TRY(audit::record(session, {actor_of(person), "sign_out", "person " + person.orcid, origin, "done"}));
  TRY(transaction.commit());
  return std::optional<Person>(std::move(person));
}

std::string csrf_token(const std::string& secret) {
  return base64url(hmac_sha256(secret, "csrf"));
}

}  // namespace slipway::auth
