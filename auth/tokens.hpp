// API tokens: made, listed, revoked, and recognised. A token is shown once and kept as a hash only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/role.hpp"
#include "base/pg/session.hpp"

namespace slipway::auth {

struct Token {
  long long id = 0;
  std::string name;
  Role role = Role::read;
  std::string created_by;
  std::string created_at;  // times are "2026-11-21T09:30:00Z"; empty: never
  std::string expires_at;
  std::string last_used_at;
  std::string revoked_at;
  bool valid = false;  // neither revoked nor expired
};

struct NewToken {
  std::string name;
  Role role = Role::read;
  std::optional<int> days;  // until it expires
};

struct Created {
  Token token;
  std::string text;  // the only time that it can be seen
};

// Audited in the same transaction, and so is revoke.
Result<Created> create_token(pg::Session& session, const NewToken& wanted, const Caller& maker,
                             const std::string& origin);
Result<std::vector<Token>> list_tokens(pg::Session& session);
// Kind::usage where there is no such token; revoking twice is fine.
Result<Token> revoke_token(pg::Session& session, long long id, const Caller& who, const std::string& origin);

// Whose token this is; nothing for one that is unknown, expired or revoked. Notes the use, once a minute at
// most.
Result<std::optional<Caller>> recognise(pg::Session& session, std::string_view text);

}  // namespace slipway::auth
