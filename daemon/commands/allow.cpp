// `slipway allow`: the allow-list, changed by whoever owns the home.
#include <nlohmann/json.hpp>

#include "auth/allow_list.hpp"
#include "auth/json.hpp"
#include "base/orcid.hpp"
#include "daemon/commands/commands.hpp"
#include "daemon/commands/open.hpp"
#include "daemon/commands/output.hpp"

namespace slipway::commands {
namespace {

std::string row_of(const auth::Allowed& entry) {
  return fmt::format("{}  {:<8}  {}", entry.orcid, name(entry.role),
                     entry.from_config ? "config" : entry.added_by + ", " + entry.added_at);
}

void print(const CommandLine& line, const auth::Allowed& entry) {
  print_data(line.json ? json_of(entry).dump() : row_of(entry));
}

}  // namespace

Result<int> allow_person(const CommandLine& line) {
  const auto role = auth::parse_role(line.role);
  if (!role) return error(Kind::usage, "{} is no role: {}", line.role, role_names);
  // Before anything is started for it.
  if (const std::string why = why_not_an_orcid(line.orcid); !why.empty())
    return error(Kind::usage, "`{}` is no ORCID iD: {}", line.orcid, why);
  const Opened opened = TRY(open_control(TRY(load_config(line)), swap::Missing::make));
  pg::Session control = TRY(control_session(opened));
  const auth::Caller who{opened.actor, auth::Role::admin};
  print(line, TRY(auth::allow(control, opened.config.auth, line.orcid, *role, who, "command")));
  if (!opened.config.auth.orcid) say(line, "Nobody can sign in yet: slipway.yaml has no `auth: {orcid: …}`.");
  say_next(line, "slipway allow list");
  return 0;
}

Result<int> disallow_person(const CommandLine& line) {
  const Opened opened = TRY(open_control(TRY(load_config(line)), swap::Missing::refuse));
  pg::Session control = TRY(control_session(opened));
  const auth::Caller who{opened.actor, auth::Role::admin};
  print(line, TRY(auth::disallow(control, opened.config.auth, line.orcid, who, "command")));
  say_next(line, "slipway allow list");
  return 0;
}

Result<int> list_allowed(const CommandLine& line) {
  const Opened opened = TRY(open_control(TRY(load_config(line)), swap::Missing::refuse));
  pg::Session control = TRY(control_session(opened));
  const std::vector<auth::Allowed> all = TRY(auth::list_allowed(control, opened.config.auth));
  auto json = nlohmann::ordered_json::array();
  for (const auth::Allowed& entry : all) json.push_back(json_of(entry));
  if (line.json) print_data(json.dump());
  for (const auth::Allowed& entry : all)
    if (!line.json) print_data(row_of(entry));
  if (all.empty()) say_next(line, "slipway allow add 0000-0002-1825-0097 --role ingest");
  return 0;
}

}  // namespace slipway::commands
