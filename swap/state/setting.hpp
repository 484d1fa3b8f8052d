// Settings as the catalog keeps them (ALTER DATABASE SET, ALTER ROLE SET), and the SQL that sets them again.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::swap {

// "name=value", as pg_db_role_setting.setconfig has it.
std::pair<std::string, std::string> split_setting(std::string_view text);

// The elements of a list setting's value, which are quoted like identifiers: `"$user", public`.
std::vector<std::string> split_list(std::string_view value);

// SET "name" TO …: what follows ALTER DATABASE x. The value of a list setting is set element by element, for
// as one literal `"$user", public` would be the name of one schema.
std::string set_clause(const std::string& name, const std::string& value);
std::string reset_clause(const std::string& name);

}  // namespace slipway::swap
