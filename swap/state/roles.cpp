#include "swap/state/roles.hpp"

#include <algorithm>

#include "base/pg/identifier.hpp"
#include "swap/state/setting.hpp"

namespace slipway::swap {
namespace {

// Those that begin with pg_ are the server's own.
constexpr std::string_view roles_sql = R"(
select rolname, concat_ws(' ',
    case when rolsuper then 'superuser' else 'nosuperuser' end,
    case when rolinherit then 'inherit' else 'noinherit' end,
    case when rolcreaterole then 'createrole' else 'nocreaterole' end,
    case when rolcreatedb then 'createdb' else 'nocreatedb' end,
    case when rolcanlogin then 'login' else 'nologin' end,
    case when rolreplication then 'replication' else 'noreplication' end,
    case when rolbypassrls then 'bypassrls' else 'nobypassrls' end),
  rolconnlimit,
  case rolvaliduntil when '-infinity' then '-infinity' when 'infinity' then ''
    else coalesce(to_char(rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '') end,
  coalesce(shobj_description(oid, 'pg_authid'), ''), oid = 10 or rolname = current_user
from pg_roles where rolname !~ '^pg_'
)";

// As JSON, for the options of a membership are columns of PostgreSQL 16 and newer.
constexpr std::string_view memberships_sql = R"(
select r.rolname, m.rolname, bool_or(am.admin_option),
  coalesce(bool_or((to_jsonb(am) ->> 'inherit_option')::boolean), true),
  coalesce(bool_or((to_jsonb(am) ->> 'set_option')::boolean), true)
from pg_auth_members am join pg_roles r on r.oid = am.roleid join pg_roles m on m.oid = am.member
where m.rolname !~ '^pg_' group by 1, 2
)";

constexpr std::string_view settings_sql =
    "select coalesce(r.rolname, ''), unnest(s.setconfig) from pg_db_role_setting s "
    "left join pg_roles r on r.oid = s.setrole "
    "where s.setdatabase = 0 and (s.setrole = 0 or r.oid is not null)";

constexpr std::string_view depended_on_sql =
    "select distinct r.rolname from pg_shdepend d join pg_roles r on r.oid = d.refobjid "
    "where d.refclassid = 'pg_authid'::regclass";

std::set<std::string> words(std::string_view text) {
  std::set<std::string> out;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    out.emplace(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

std::string alter(const std::string& role) {
  return "alter role " + (role.empty() ? "all" : pg::quoted(role)) + " ";
}

void settings_of(const std::string& role, const std::map<std::string, std::string>& now,
                 const std::map<std::string, std::string>& wanted, std::vector<std::string>& out) {
  for (const auto& [name, value] : now)
    if (!wanted.contains(name)) out.push_back(alter(role) + reset_clause(name));
  for (const auto& [name, value] : wanted) {
    const auto found = now.find(name);
    if (found == now.end() || found->second != value) out.push_back(alter(role) + set_clause(name, value));
  }
}

void role(const std::string& name, const Role* now, const Role& wanted, std::vector<std::string>& out) {
  static const Role fresh;
  if (!now) {
    out.push_back("create role " + pg::quoted(name));
    now = &fresh;
  }
  std::string clauses;
  for (const std::string& attribute : wanted.attributes)
    if (!now->attributes.contains(attribute)) clauses += " " + attribute;
  if (now->connection_limit != wanted.connection_limit)
    clauses += fmt::format(" connection limit {}", wanted.connection_limit);
  // There is no way back to "not set"; infinity is the same.
  if (now->valid_until != wanted.valid_until)
    clauses += " valid until " + pg::literal(wanted.valid_until.empty() ? "infinity" : wanted.valid_until);
  if (!clauses.empty()) out.push_back("alter role " + pg::quoted(name) + clauses);
  if (now->comment != wanted.comment)
    out.push_back("comment on role " + pg::quoted(name) + " is " +
                  (wanted.comment.empty() ? "null" : pg::literal(wanted.comment)));
  settings_of(name, now->settings, wanted.settings, out);
}

std::string options(const Membership& membership, bool all) {
  const auto yes_or_no = [](bool value) { return value ? "true" : "false"; };
  if (all)
    return fmt::format(" with admin {}, inherit {}, set {}", yes_or_no(membership.admin),
                       yes_or_no(membership.inherit), yes_or_no(membership.set));
  return membership.admin ? " with admin option" : "";
}

void memberships(const Roles& now, const Roles& wanted, Gone gone, std::vector<std::string>& out) {
  for (const auto& [pair, membership] : now.memberships) {
    const auto found = wanted.memberships.find(pair);
    if (found != wanted.memberships.end() && found->second == membership) continue;
    const bool of_its_own = !wanted.roles.contains(pair.second) ||
                            (now.roles.contains(pair.first) && !wanted.roles.contains(pair.first));
    if (of_its_own && gone == Gone::keep) continue;
    out.push_back("revoke " + pg::quoted(pair.first) + " from " + pg::quoted(pair.second) + " cascade");
  }
  for (const auto& [pair, membership] : wanted.memberships) {
    const auto found = now.memberships.find(pair);
    if (found == now.memberships.end() || found->second != membership)
      out.push_back("grant " + pg::quoted(pair.first) + " to " + pg::quoted(pair.second) +
                    options(membership, now.membership_options));
  }
}

constexpr std::string_view disabled =
    "nosuperuser nocreaterole nocreatedb nologin noreplication nobypassrls connection limit 0";

void drop(const std::string& name, const Roles& now, std::vector<std::string>& out) {
  if (!now.depended_on.contains(name))
    out.push_back("drop role " + pg::quoted(name));
  else if (now.roles.at(name).connection_limit != 0 || now.roles.at(name).attributes.contains("login"))
    out.push_back("alter role " + pg::quoted(name) + " " + std::string(disabled));
}

}  // namespace

Result<Roles> read_roles(pg::Session& session) {
  Roles found;
  const pg::Rows roles = TRY(session.query(roles_sql));
  for (int row = 0; row < roles.size(); ++row) {
    found.roles[roles.string(row, 0)] = {
        words(roles.text(row, 1)), roles.number(row, 2), roles.string(row, 3), roles.string(row, 4), {}};
    if (roles.truth(row, 5)) found.irremovable.insert(roles.string(row, 0));
  }
  const pg::Rows memberships = TRY(session.query(memberships_sql));
  for (int row = 0; row < memberships.size(); ++row)
    found.memberships[{memberships.string(row, 0), memberships.string(row, 1)}] = {
        memberships.truth(row, 2), memberships.truth(row, 3), memberships.truth(row, 4)};
  const pg::Rows settings = TRY(session.query(settings_sql));
  for (int row = 0; row < settings.size(); ++row) {
    auto [name, value] = split_setting(settings.text(row, 1));
    const std::string of = settings.string(row, 0);
    if (of.empty())
      found.settings[name] = value;
    else if (found.roles.contains(of))
      found.roles[of].settings[name] = value;
  }
  const pg::Rows depended_on = TRY(session.query(depended_on_sql));
  for (int row = 0; row < depended_on.size(); ++row) found.depended_on.insert(depended_on.string(row, 0));
  found.membership_options = TRY(session.query("show server_version_num")).number(0, 0) >= 160000;
  return found;
}

std::vector<std::string> statements(const Roles& now, const Roles& wanted, Gone gone) {
  std::vector<std::string> out;
  for (const auto& [name, one] : wanted.roles) {
    const auto found = now.roles.find(name);
    role(name, found == now.roles.end() ? nullptr : &found->second, one, out);
  }
  settings_of("", now.settings, wanted.settings, out);
  memberships(now, wanted, gone, out);
  if (gone == Gone::keep) return out;
  for (const auto& [name, one] : now.roles)
    if (!wanted.roles.contains(name) && !now.irremovable.contains(name)) drop(name, now, out);
  return out;
}

}  // namespace slipway::swap
