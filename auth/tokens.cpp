#include "auth/tokens.hpp"

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
    " revoked_at is null and (expires_at is null or expires_at > now())";

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
  return token;
}

Done acceptable(const NewToken& wanted, const Caller& maker) {
  if (wanted.name.empty() || wanted.name.size() > 100)
    return error(Kind::usage, "a token needs a name of 1 to 100 bytes")
        .next("Name it after who or what uses it.");
  if (wanted.days && (*wanted.days < 1 || *wanted.days > days_limit))
    return error(Kind::usage, "a token lives 1 to {} days, not {}", days_limit, *wanted.days);
  if (!holds(maker.role, wanted.role))
    return error(Kind::refused, "{} has the role {} and cannot make a token with the role {}", maker.actor,
                 name(maker.role), name(wanted.role));
  return {};
}

}  // namespace

Result<Created> create_token(pg::Session& session, const NewToken& wanted, const Caller& maker,
                             const std::string& origin) {
  TRY(acceptable(wanted, maker));
  const std::string text = new_token_text();
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Parameter days = wanted.days ? pg::Parameter(std::to_string(*wanted.days)) : std::nullopt;
  const pg::Rows rows = TRY(
      session.query(fmt::format("insert into slipway.tokens (name, role, sha256, created_by, expires_at)"
                                " values ($1, $2, $3, $4, now() + $5::int * interval '1 day') returning {}",
                                columns),
                    {wanted.name, std::string(name(wanted.role)), sha256_hex(text), maker.actor, days}));
  Token token = from_row(rows, 0);
  TRY(audit::record(session, {maker.actor, "token.create", fmt::format("token {} ({})", token.id, token.name),
                              origin, "done", fmt::format(R"({{"role":"{}"}})", name(token.role))}));
  TRY(transaction.commit());
  return Created{std::move(token), text};
}

Result<std::vector<Token>> list_tokens(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(fmt::format("select {} from slipway.tokens order by id", columns)));
  std::vector<Token> tokens;
  for (int row = 0; row < rows.size(); ++row) tokens.push_back(from_row(rows, row));
  return tokens;
}

Result<Token> revoke_token(pg::Session& session, long long id, const Caller& who, const std::string& origin) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Rows rows = TRY(session.query(
      fmt::format(
          "update slipway.tokens set revoked_at = coalesce(revoked_at, now()) where id = $1 returning {}",
          columns),
      {std::to_string(id)}));
  if (rows.empty())
    return error(Kind::usage, "there is no token {}", id).next("`slipway token list` shows them.");
  Token token = from_row(rows, 0);
  TRY(audit::record(session, {who.actor, "token.revoke", fmt::format("token {} ({})", token.id, token.name),
                              origin, "done"}));
  TRY(transaction.commit());
  return token;
}

Result<std::optional<Caller>> recognise(pg::Session& session, std::string_view text) {
  if (!looks_like_token(text)) return std::optional<Caller>();
  const pg::Rows rows = TRY(session.query(
      "select id, name, role, last_used_at is null or last_used_at < now() - interval '1 minute'"
      " from slipway.tokens"
      " where sha256 = $1 and revoked_at is null and (expires_at is null or expires_at > now())",
      {sha256_hex(text)}));
  if (rows.empty()) return std::optional<Caller>();
  const std::optional<Role> role = parse_role(rows.text(0, 2));
  if (!role)
    return fail("token {} has the role {}, which this version does not know", rows.text(0, 0),
                rows.text(0, 2));
  if (rows.truth(0, 3))
    TRY(session.query("update slipway.tokens set last_used_at = now() where id = $1", {rows.string(0, 0)}));
  return std::optional<Caller>({fmt::format("token {} ({})", rows.text(0, 0), rows.text(0, 1)), *role});
}

}  // namespace slipway::auth
