// API tokens: made, listed, revoked, and recognised. A token is shown once and kept as a hash only. One that
// a person made holds what the person holds now, at most, and nothing once the person has left the
// allow-list.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/role.hpp"
#include "base/config/access.hpp"
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
  bool valid = false;    // neither revoked nor expired
  std::string orcid;     // of the person that it belongs to; empty: nobody's
  long long parent = 0;  // the token that made it; 0: none
};

struct NewToken {
  std::string name;
  Role role = Role::read;
  std::optional<Seconds> life = {};  // until it expires; never later than the token that it was made with
  bool exchanged = false;            // for an id_token
};
// Kind::usage for a number of days that no token lives.
Result<std::optional<Seconds>> life_of(std::optional<long long> days);

struct Created {
  Token token;
  std::string text;  // the only time that it can be seen
};

// Audited in the same transaction, and so is revoke.
Result<Created> create_token(pg::Session& session, const NewToken& wanted, const Caller& maker,
                             const std::string& origin);
// All of them for an admin; else the person's, or the token itself and those that it made.
Result<std::vector<Token>> tokens_of(pg::Session& session, const Caller& who);
// With those that it made. Kind::usage where `who` sees no such token; revoking twice is fine.
Result<Token> revoke_token(pg::Session& session, long long id, const Caller& who, const std::string& origin);

// Those made for an id_token that ended a week ago: a script may make many.
Done forget_exchanged(pg::Session& session);

// Whose token this is; nothing for one that is unknown, expired or revoked. Notes the use, once a minute at
// most.
Result<std::optional<Caller>> recognise(pg::Session& session, const config::Auth& auth,
                                        std::string_view text);

}  // namespace slipway::auth
