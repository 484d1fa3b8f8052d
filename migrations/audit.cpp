#include "migrations/audit.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace slipway::audit {

Done record(pg::Session& session, const Record& entry) {
  TRY(
      session.query("insert into slipway.audit (actor, action, object, origin, outcome, detail)"
                    " values ($1, $2, $3, $4, $5, $6)",
                    {entry.actor, entry.action, entry.object, entry.origin, entry.outcome, entry.detail}));
  return {};
}

std::string command_actor() {
  // The person behind sudo is the one to name; the account that the command then runs as says nothing.
  const char* sudo = std::getenv("SUDO_USER");
  const passwd* account = sudo ? nullptr : ::getpwuid(::getuid());
  const std::string user = sudo ? sudo : account ? account->pw_name : fmt::format("uid {}", ::getuid());
  char host[256] = "localhost";
  ::gethostname(host, sizeof host - 1);
  return user + "@" + host;
}

}  // namespace slipway::audit
