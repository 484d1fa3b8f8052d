// A lock that a session holds, and with it the word for that session by which anybody can end it.
#pragma once

#include <optional>
#include <string>

#include "swap/registry/place.hpp"

namespace slipway::swap {

// The key of an advisory lock, from words that name what is locked.
long long lock_key(const std::string& words);

// The server process behind a session, told apart from a later one with the same number:
// "4711.1764067512000123".
class LockSession {
 public:
  // Nothing if somebody else has it.
  static Result<std::optional<LockSession>> try_take(const Seams& seams, const RegistryPlace& place,
                                                     long long key, const std::string& holder);

  pg::Session& session() { return session_; }
  const std::string& token() const { return token_; }
  // As far as is known without asking: a session that was lost says so at its next call.
  bool usable() const { return session_.usable(); }
  // Asks.
  bool stands();

 private:
  LockSession(pg::Session session, std::string token)
      : session_(std::move(session)), token_(std::move(token)) {}

  pg::Session session_;
  std::string token_;
};

struct Holder {
  std::string token;  // empty: it may not be seen whose session it is
  std::string name;   // "process 4711 (maria@host) on HOST"
};

// Of those locks that stand in the session's database; nothing if it is free.
Result<std::optional<Holder>> holder_of(pg::Session& session, long long key);

// Until it is gone: an error where it may not be ended, or does not end within 30 s. One that is gone already
// is what was wanted.
Done end_session(Clock& clock, pg::Session& session, const std::string& token);

}  // namespace slipway::swap
