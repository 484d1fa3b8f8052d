// A snapshot in database mode that begins as a copy of live: pg_dump into pg_restore. CREATE DATABASE …
// TEMPLATE would be quicker and needs live without a single session; a binary COPY table by table leaves out
// the views, functions, extensions and rights that hang together with the tables. This takes one consistent
// snapshot of live, holds nobody, and needs no superuser.
#include "base/pg/conninfo.hpp"
#include "base/pg/identifier.hpp"
#include "swap/database/database.hpp"
#include "swap/manifest_table.hpp"

namespace slipway::swap {
namespace {

constexpr Millis copy_limit{24LL * 3'600'000};

// bash, for it alone fails where the first of the two does.
constexpr std::string_view copy_script =
    "set -o pipefail; pg_dump --format=custom --compress=0 --no-subscriptions --dbname=\"$SLIPWAY_FROM\" | "
    "pg_restore --exit-on-error --no-subscriptions --dbname=\"$SLIPWAY_TO\"";

// As a command's argument it can be read by everybody on the machine: without its password, which goes by the
// environment.
Result<std::vector<std::string>> environment_for(const std::string& from, const std::string& to) {
  std::vector<std::string> variables;
  const std::pair<const char*, const std::string&> sides[] = {{"SLIPWAY_FROM", from}, {"SLIPWAY_TO", to}};
  for (const auto& [variable, conninfo] : sides) {
    std::string text;
    for (const auto& [key, value] : TRY(pg::conninfo_parts(conninfo))) {
      if (key == "password")
        variables.push_back("PGPASSWORD=" + value);
      else
        text += key + "=" + pg::conninfo_value(value) + " ";
    }
    variables.push_back(fmt::format("{}={}", variable, text));
  }
  return variables;
}

}  // namespace

// The first write to a clone gives it a manifest of its own; what was logged for live's promotions is not
// its.
Done Database::copy_live(Build& build) {
  TRY(make_empty(build));
  Command command;
  command.argv = {"bash", "-c", std::string(copy_script)};
  command.environment = TRY(environment_for(TRY(conninfo_of(name_)), build.place.conninfo));
  command.inherit_environment = true;
  command.limit = copy_limit;
  const Result<std::string> copied = run_checked(seams_.processes, command);
  if (!copied) return fail("database {} could not be copied", name_).because(copied.error());
  {
    pg::Session session = TRY(enter(seams_, build.place));
    TRY(session.script("drop table if exists slipway_manifest; drop schema if exists slipway_carry cascade"));
    session.limit(copy_limit);
    TRY(session.script("analyze"));  // a restored table has no statistics
  }
  return make_manifest_table(build);
}

}  // namespace slipway::swap
