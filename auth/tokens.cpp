#include "auth/tokens.hpp"

#include <algorithm>

#include "auth/allow_list.hpp"
#include "auth/token_text.hpp"
#include "base/digest.hpp"
#include "migrations/audit.hpp"

namespace slipway::auth {
namespace {

#define SLIPWAY_TIME(column) \
  "coalesce(to_char(" column " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')"

constexpr std::string_view columns =
    "id, name, role, created_by, " SLIPWAY_TIME("created_at") ", " SLIPWAY_TIME("expires_at") ", "
    SLIPWAY_TIME("last_used_at") ", " SLIPWAY_TIME("revoked_at") ","
    " revoked_at is null and (expires_at is null or expires_at > now()), coalesce(orcid, ''), coalesce(parent, 0)";

constexpr int days_limit = 3650;

Token from_row(const pg::Rows& rows, int row) {
  Token token;
  token.id = rows.number(row, 0);
  token.name = rows.string(row, 1);
  token.role = parse_role(rows.text(row, 2)).value_or(Role::read);
  token.created_by = rows.string(row, 3);
  token.created_at = rows.string(row, 4);
  token.expires_at = rows.string(row, 5);
  token.last_used_at = rows.string(row, 6);
  token.revoked_at = rows.string(row, 7);
  token.valid = rows.truth(row, 8);
  token.orcid = rows.string(row, 9);
  token.parent = rows.number(row, 10);
  return token;
}

Done acceptable(const NewToken& wanted, const Caller& maker) {
  if (wanted.name.empty() || wanted.name.size() > 100)
    return error(Kind::usage, "a token needs a name of 1 to 100 bytes")
        .next("Name it after who or what uses it.");
  if (std::any_of(wanted.name.begin(), wanted.name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return error(Kind::usage, "a token's name holds no control characters");
  if (!holds(maker.role, wanted.role))
    return error(Kind::refused, "{} has the role {} and cannot make a token with the role {}", maker.actor,
                 name(maker.role), name(wanted.role));
  return {};
}

// Which tokens somebody may see and revoke; $1 is the iD, $2 the token that they came with.
std::string mine(const Caller& who) {
  if (who.role == Role::admin) return "($1 = $1 and $2 = $2)";
  // A token that has leaked must not end its person's others.
  if (who.token != 0) return "($1 = $1 and (id = $2::bigint or parent = $2::bigint))";
  return "(orcid = $1 and $2 = $2)";
}

pg::Parameter or_null(const std::string& text) {
  return text.empty() ? pg::Parameter() : pg::Parameter(text);
}
pg::Parameter or_null(long long id) {
  return id == 0 ? pg::Parameter() : pg::Parameter(std::to_string(id));
}

}  // namespace

Result<std::optional<Seconds>> life_of(std::optional<long long> days) {
  if (!days) return std::optional<Seconds>();
  if (*days < 1 || *days > days_limit)
    return error(Kind::usage, "a token lives 1 to {} days, not {}", days_limit, *days);
  return std::optional<Seconds>(*days * 86'400);
}

Result<Created> create_token(pg::Session& session, const NewToken& wanted, const Caller& maker,
                             const std::string& origin) {
  TRY(acceptable(wanted, maker));
  const std::string text = new_token_text();
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Parameter life = wanted.life ? pg::Parameter(std::to_string(wanted.life->count())) : std::nullopt;
  const pg::Rows rows = TRY(session.query(
      fmt::format(
          "insert into slipway.tokens (name, role, sha256, created_by, expires_at, orcid, parent, exchanged)"
          " values ($1, $2, $3, $4, least(now() + $5::bigint * interval '1 second',"
          " (select expires_at from slipway.tokens where id = $7::bigint)), $6, $7::bigint,"
          " $8::bool or coalesce((select exchanged from slipway.tokens where id = $7::bigint), false))"
          " returning {}",
          columns),
      {wanted.name, std::string(name(wanted.role)), sha256_hex(text), maker.actor, life, or_null(maker.orcid),
       or_null(maker.token), wanted.exchanged ? "true" : "false"}));
  Token token = from_row(rows, 0);
  TRY(audit::record(session, {maker.actor, "token.create", fmt::format("token {} ({})", token.id, token.name),
                              origin, "done", fmt::format(R"({{"role":"{}"}})", name(token.role))}));
  TRY(transaction.commit());
  return Created{std::move(token), text};
}

Result<std::vector<Token>> tokens_of(pg::Session& session, const Caller& who) {
  const pg::Rows rows =
      TRY(session.query(fmt::format("select {} from slipway.tokens where {} order by id", columns, mine(who)),
                        {who.orcid, std::to_string(who.token)}));
  std::vector<Token> tokens;
  for (int row = 0; row < rows.size(); ++row) tokens.push_back(from_row(rows, row));
  return tokens;
}

Result<Token> revoke_token(pg::Session& session, long long id, const Caller& who, const std::string& origin) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Rows rows = TRY(session.query(
      fmt::format("update slipway.tokens set revoked_at = coalesce(revoked_at, now()) where id = $3 and {}"
                  " returning {}",
                  mine(who), columns),
      {who.orcid, std::to_string(who.token), std::to_string(id)}));
  if (rows.empty())
    return error(Kind::usage, "there is no token {}", id).next("`slipway token list` shows them.");
  TRY(
      session.query("with recursive made as (select id from slipway.tokens where parent = $1"
                    " union select t.id from slipway.tokens t join made on t.parent = made.id)"
                    " update slipway.tokens set revoked_at = coalesce(revoked_at, now())"
                    " where id in (select id from made)",
                    {std::to_string(id)}));
  Token token = from_row(rows, 0);
  TRY(audit::record(session, {who.actor, "token.revoke", fmt::format("token {} ({})", token.id, token.name),
                              origin, "done"}));
  TRY(transaction.commit());
  return token;
}

Done forget_exchanged(pg::Session& session) {
  TRY(session.query("delete from slipway.tokens where exchanged and expires_at < now() - interval '7 days'"));
  return {};
}

Result<std::optional<Caller>> recognise(pg::Session& session, const config::Auth& auth,
                                        std::string_view text) {
  if (!looks_like_token(text)) return std::optional<Caller>();
  const pg::Rows rows = TRY(session.query(
      "select id, name, role, last_used_at is null or last_used_at < now() - interval '1 minute',"
      " coalesce(orcid, '') from slipway.tokens"
      " where sha256 = $1 and revoked_at is null and (expires_at is null or expires_at > now())",
      {sha256_hex(text)}));
  if (rows.empty()) return std::optional<Caller>();
  const std::optional<Role> role = parse_role(rows.text(0, 2));
  if (!role)
    return fail("token {} has the role {}, which this version does not know", rows.text(0, 0),
                rows.text(0, 2));
  Caller caller{fmt::format("token {} ({})", rows.text(0, 0), rows.text(0, 1)), *role, rows.string(0, 4),
                rows.string(0, 1), rows.number(0, 0)};
  if (!caller.orcid.empty()) {
    const std::optional<Role> of_person = TRY(role_of(session, auth, caller.orcid));
    if (!of_person) return std::optional<Caller>();
    caller.actor += " of " + caller.orcid;
    caller.role = std::min(caller.role, *of_person);
  }
  if (rows.truth(0, 3))
    TRY(session.query("update slipway.tokens set last_used_at = now() where id = $1", {rows.string(0, 0)}));
  return std::optional<Caller>(std::move(caller));
}

}  // namespace slipway::auth
