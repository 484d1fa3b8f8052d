#include "migrations/audit.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

namespace slipway::audit {

Done record(pg::Session& session, const Record& entry) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? pg::Parameter() : pg::Parameter(text);
  };
  TRY(
      session.query("insert into slipway.audit (actor, action, object, origin, outcome, detail, key, at)"
                    " values ($1, $2, $3, $4, $5, $6, $7, coalesce($8::timestamptz, clock_timestamp()))"
                    " on conflict (key) do nothing",
                    {entry.actor, entry.action, entry.object, entry.origin, entry.outcome, entry.detail,
                     or_null(entry.key), or_null(entry.at)}));
  return {};
}

Result<Page> list(pg::Session& session, const Filter& filter) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? pg::Parameter() : pg::Parameter(text);
  };
  // One more than is asked for tells whether there are more.
  const pg::Rows rows = TRY(session.query(
      "select id, json_build_object('id', id, 'at', to_char(at at time zone 'UTC', "
      "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'),"
      " 'actor', actor, 'action', action, 'object', object, 'origin', origin, 'outcome', outcome,"
      " 'detail', detail)::text from slipway.audit"
      " where ($1::bigint = 0 or id < $1::bigint) and ($2::text is null or actor = $2)"
      " and ($3::text is null or action = $3) order by id desc limit $4::int",
      {std::to_string(filter.before), or_null(filter.actor), or_null(filter.action),
       std::to_string(filter.limit + 1)}));
  Page page;
  for (int row = 0; row < rows.size() && row < filter.limit; ++row)
    page.entries.push_back(rows.string(row, 1));
  if (rows.size() > filter.limit) page.next = rows.number(filter.limit - 1, 0);
  return page;
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
