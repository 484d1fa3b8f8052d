#include "auth/allow_list.hpp"

#include <algorithm>

#include "base/orcid.hpp"
#include "migrations/audit.hpp"

namespace slipway::auth {
namespace {

constexpr std::string_view columns =
    "orcid, role, added_by, to_char(added_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";

Result<Role> known_role(std::string_view text) {
  const std::optional<Role> role = parse_role(text);
  if (role) return *role;
  return fail("the allow-list has the role {}, which this version does not know", text);
}

Result<Allowed> from_row(const pg::Rows& rows, int row) {
  const Role role = TRY(known_role(rows.text(row, 1)));
  return Allowed{rows.string(row, 0), role, false, rows.string(row, 2), rows.string(row, 3)};
}

// Two admins who take each other off the list at once would both be the last but one.
Done lock_list(pg::Session& session) {
  TRY(session.query("lock table slipway.allowed in share row exclusive mode"));
  return {};
}

Done refuse_entry_of_config(const config::Auth& auth, const std::string& orcid) {
  const auto entry = auth.allow.find(orcid);
  if (entry == auth.allow.end()) return {};
  const Position& at = entry->second.at;
  return error(Kind::refused, "{} stands on the config's allow-list, line {}", orcid, at.line)
      .next("Change it there; commands and the API keep a list of their own beside it.");
}

// Where the last admin goes, nobody could let one in again but by command. With no admin before, none is
// lost.
Done keep_an_admin(pg::Session& session, const config::Auth& auth, const std::string& without) {
  const auto& of_config = auth.allow;
  if (std::any_of(of_config.begin(), of_config.end(),
                  [](const auto& entry) { return entry.second.role == Role::admin; }))
    return {};
  const pg::Rows rows =
      TRY(session.query("select count(*) filter (where orcid = $1) > 0, count(*) filter (where orcid <> $1)"
                        " from slipway.allowed where role = 'admin'",
                        {without}));
  if (!rows.truth(0, 0) || rows.number(0, 1) > 0) return {};
  return error(Kind::refused, "{} is the last admin on the allow-list", without)
      .next("Give somebody else the role admin first: slipway allow add ID --role admin");
}

Done recorded(pg::Session& session, const Caller& who, std::string_view action, const Allowed& entry,
              const std::string& origin) {
  return audit::record(session, {who.actor, std::string(action), "person " + entry.orcid, origin, "done",
                                 fmt::format(R"({{"role":"{}"}})", name(entry.role))});
}

}  // namespace

Result<std::optional<Role>> role_of(pg::Session& session, const config::Auth& auth,
                                    const std::string& orcid) {
  const auto entry = auth.allow.find(orcid);
  if (entry != auth.allow.end()) return std::optional<Role>(entry->second.role);
  const pg::Rows rows = TRY(session.query("select role from slipway.allowed where orcid = $1", {orcid}));
  if (rows.empty()) return std::optional<Role>();
  return std::optional<Role>(TRY(known_role(rows.text(0, 0))));
}

Result<std::vector<Allowed>> list_allowed(pg::Session& session, const config::Auth& auth) {
  std::vector<Allowed> all;
  for (const auto& [orcid, entry] : auth.allow) all.push_back({orcid, entry.role, true, "", ""});
  const pg::Rows rows = TRY(session.query(fmt::format("select {} from slipway.allowed", columns)));
  for (int row = 0; row < rows.size(); ++row)
    if (!auth.allow.contains(rows.string(row, 0))) all.push_back(TRY(from_row(rows, row)));
  std::sort(all.begin(), all.end(), [](const Allowed& a, const Allowed& b) { return a.orcid < b.orcid; });
  return all;
}

Result<Allowed> allow(pg::Session& session, const config::Auth& auth, const std::string& orcid, Role role,
                      const Caller& who, const std::string& origin) {
  if (const std::string why = why_not_an_orcid(orcid); !why.empty())
    return error(Kind::usage, "`{}` is no ORCID iD: {}", orcid, why);
  TRY(refuse_entry_of_config(auth, orcid));
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  TRY(lock_list(session));
  if (role != Role::admin) TRY(keep_an_admin(session, auth, orcid));
  const pg::Rows rows = TRY(session.query(
      fmt::format("insert into slipway.allowed (orcid, role, added_by) values ($1, $2, $3)"
                  " on conflict (orcid) do update set role = excluded.role, added_by = excluded.added_by,"
                  " added_at = now() returning {}",
                  columns),
      {orcid, std::string(name(role)), who.actor}));
  Allowed entry = TRY(from_row(rows, 0));
  TRY(recorded(session, who, "allow.add", entry, origin));
  TRY(transaction.commit());
  return entry;
}

Result<Allowed> disallow(pg::Session& session, const config::Auth& auth, const std::string& orcid,
                         const Caller& who, const std::string& origin) {
  TRY(refuse_entry_of_config(auth, orcid));
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  TRY(lock_list(session));
  TRY(keep_an_admin(session, auth, orcid));
  const pg::Rows rows = TRY(session.query(
      fmt::format("delete from slipway.allowed where orcid = $1 returning {}", columns), {orcid}));
  if (rows.empty())
    return error(Kind::usage, "`{}` is not on the allow-list", orcid).next("`slipway allow list` shows it.");
  Allowed entry = TRY(from_row(rows, 0));
  TRY(session.query("delete from slipway.web_sessions where orcid = $1", {orcid}));
  TRY(recorded(session, who, "allow.remove", entry, origin));
  TRY(transaction.commit());
  return entry;
}

}  // namespace slipway::auth
