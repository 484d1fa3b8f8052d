#include "swap/state/database_state.hpp"

#include "base/pg/identifier.hpp"
#include "swap/state/setting.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view database_sql =
    "select r.rolname, coalesce(shobj_description(d.oid, 'pg_database'), ''), d.datconnlimit "
    "from pg_database d join pg_roles r on r.oid = d.datdba where d.datname = $1";

constexpr std::string_view grants_sql =
    "select coalesce(r.rolname, ''), a.privilege_type, bool_or(a.is_grantable) "
    "from pg_database d cross join aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a "
    "left join pg_roles r on r.oid = a.grantee where d.datname = $1 and (a.grantee = 0 or r.oid is not null) "
    "group by 1, 2";

constexpr std::string_view settings_sql =
    "select coalesce(r.rolname, ''), unnest(s.setconfig) "
    "from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase "
    "left join pg_roles r on r.oid = s.setrole where d.datname = $1 and (s.setrole = 0 or r.oid is not null)";

std::string grantee_sql(const std::string& grantee) {
  return grantee.empty() ? "public" : pg::quoted(grantee);
}

std::string alter(const std::string& database, const std::string& role) {
  return role.empty() ? "alter database " + pg::quoted(database) + " "
                      : "alter role " + pg::quoted(role) + " in database " + pg::quoted(database) + " ";
}

// From nothing: privileges that were granted on by others go with CASCADE.
void regrant(const std::string& database, const DatabaseState& now, const DatabaseState& wanted,
             std::vector<std::string>& out) {
  std::set<std::string> before = {"", wanted.owner};
  for (const DatabaseGrant& grant : now.grants)
    if (grant.grantee != now.owner) before.insert(grant.grantee);
  const std::string on = " on database " + pg::quoted(database);
  for (const std::string& grantee : before)
    out.push_back("revoke all" + on + " from " + grantee_sql(grantee) + " cascade");
  for (const DatabaseGrant& grant : wanted.grants)
    out.push_back("grant " + grant.privilege + on + " to " + grantee_sql(grant.grantee) +
                  (grant.grantable ? " with grant option" : ""));
}

void resettle(const std::string& database, const DatabaseState& now, const DatabaseState& wanted,
              std::vector<std::string>& out) {
  for (const auto& [key, value] : now.settings)
    if (!wanted.settings.contains(key)) out.push_back(alter(database, key.first) + reset_clause(key.second));
  for (const auto& [key, value] : wanted.settings) {
    const auto found = now.settings.find(key);
    if (found == now.settings.end() || found->second != value)
      out.push_back(alter(database, key.first) + set_clause(key.second, value));
  }
}

}  // namespace

Result<DatabaseState> read_database_state(pg::Session& session, const std::string& database) {
  const pg::Rows self = TRY(session.query(database_sql, {database}));
  if (self.empty()) return fail("there is no database {} on this server", database);
  DatabaseState state;
  state.owner = self.string(0, 0);
  state.comment = self.string(0, 1);
  state.connection_limit = self.number(0, 2);
  const pg::Rows grants = TRY(session.query(grants_sql, {database}));
  for (int row = 0; row < grants.size(); ++row)
    state.grants.insert({grants.string(row, 0), grants.string(row, 1), grants.truth(row, 2)});
  const pg::Rows settings = TRY(session.query(settings_sql, {database}));
  for (int row = 0; row < settings.size(); ++row) {
    auto [name, value] = split_setting(settings.text(row, 1));
    state.settings[{settings.string(row, 0), std::move(name)}] = std::move(value);
  }
  return state;
}

std::vector<std::string> statements(const std::string& database, const DatabaseState& now,
                                    const DatabaseState& wanted) {
  std::vector<std::string> out;
  const std::string self = pg::quoted(database);
  if (now.owner != wanted.owner)
    out.push_back("alter database " + self + " owner to " + pg::quoted(wanted.owner));
  if (now.connection_limit != wanted.connection_limit)
    out.push_back(fmt::format("alter database {} connection limit {}", self, wanted.connection_limit));
  if (now.comment != wanted.comment)
    out.push_back("comment on database " + self + " is " +
                  (wanted.comment.empty() ? "null" : pg::literal(wanted.comment)));
  if (now.grants != wanted.grants) regrant(database, now, wanted, out);
  resettle(database, now, wanted, out);
  return out;
}

Done run_together(pg::Session& session, const std::vector<std::string>& statements) {
  std::string script;
  for (const std::string& one : statements) script += one + ";\n";
  if (!script.empty()) TRY(session.script(script));
  return {};
}

Done apply_database_state(pg::Session& session, const std::string& database, const DatabaseState& wanted) {
  const DatabaseState now = TRY(read_database_state(session, database));
  Done done = run_together(session, statements(database, now, wanted));
  if (done) return {};
  return fail("cannot give database {} what live's has (owner, ACL, comment, connection limit, settings)",
              database)
      .because(std::move(done).error());
}

Done copy_database_state(pg::Session& session, const std::string& from, const std::string& to) {
  return apply_database_state(session, to, TRY(read_database_state(session, from)));
}

}  // namespace slipway::swap
