#include "swap/state/setting.hpp"

#include <algorithm>
#include <array>

#include "base/pg/identifier.hpp"

namespace slipway::swap {
namespace {

// GUC_LIST_QUOTE, which the catalog does not show; extensions may not have such settings. pg_dump keeps the
// same list.
constexpr std::array<std::string_view, 6> quoted_lists = {
    "local_preload_libraries",  "search_path",      "session_preload_libraries",
    "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories"};

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// One element from `at` on, which is left behind it.
std::string element(std::string_view value, std::size_t& at) {
  std::string out;
  if (at < value.size() && value[at] == '"') {
    for (++at; at < value.size(); ++at) {
      if (value[at] == '"' && (at + 1 >= value.size() || value[at + 1] != '"')) break;
      if (value[at] == '"') ++at;
      out += value[at];
    }
    ++at;
    return out;
  }
  while (at < value.size() && value[at] != ',' && !is_space(value[at])) out += value[at++];
  return out;
}

}  // namespace

std::pair<std::string, std::string> split_setting(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  return {std::string(text.substr(0, equals)), std::string(text.substr(std::min(equals + 1, text.size())))};
}

std::vector<std::string> split_list(std::string_view value) {
  std::vector<std::string> elements;
  std::size_t at = 0;
  while (true) {
    while (at < value.size() && (is_space(value[at]) || value[at] == ',')) ++at;
    if (at >= value.size()) return elements;
    elements.push_back(element(value, at));
  }
}

std::string set_clause(const std::string& name, const std::string& value) {
  std::string values;
  if (std::find(quoted_lists.begin(), quoted_lists.end(), name) == quoted_lists.end()) {
    values = pg::literal(value);
  } else {
    for (const std::string& one : split_list(value))
      values += (values.empty() ? "" : ", ") + pg::literal(one);
    if (values.empty()) values = "''";
  }
  return "set " + pg::quoted(name) + " to " + values;
}

std::string reset_clause(const std::string& name) {
  return "reset " + pg::quoted(name);
}

}  // namespace slipway::swap
