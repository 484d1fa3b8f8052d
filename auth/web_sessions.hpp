// Sessions of people who signed in: a random secret in a cookie, here only its hash. They end after two hours
// without a request, after twelve in any case, and with the person's place on the allow-list.
#pragma once

#include <optional>
#include <string>

#include "auth/id_token.hpp"
#include "auth/role.hpp"
#include "base/config/access.hpp"
#include "base/pg/session.hpp"

namespace slipway::auth {

inline constexpr Seconds longest_session{12 * 3600};

// "0000-0002-1825-0097 (Josiah Carberry)".
std::string actor_of(const Person& person);

// The cookie's secret; the session of the cookie that came before ends. Audited; in the session's transaction
// if there is one.
Result<std::string> open_web_session(pg::Session& session, const Person& person, Role role,
                                     const std::string& origin, const std::string& before = "");
// Nothing for one that is unknown, has ended, or whose person is not on the list any more.
Result<std::optional<Caller>> find_web_session(pg::Session& session, const config::Auth& auth,
                                               const std::string& secret);
// Whose it was; nothing if it was nobody's. Audited.
Result<std::optional<Person>> close_web_session(pg::Session& session, const std::string& secret,
                                                const std::string& origin);
// What a page of ours sends with every change, and a page of anybody else cannot know.
std::string csrf_token(const std::string& secret);

}  // namespace slipway::auth
