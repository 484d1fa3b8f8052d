// The diff as people read it.
#include <nlohmann/json.hpp>

#include "swap/diff/diff.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

std::string rows_text(const json& count) {
  return count.is_null() ? "-" : std::to_string(count.get<std::int64_t>());
}

std::string keys_text(const json& keys, const std::string& what) {
  if (keys.at(what) == 0) return "";
  std::string text = fmt::format("    {} {}:", keys.at(what).get<std::int64_t>(), what);
  for (const json& key : keys.at("sample").at(what)) text += " " + key.get<std::string>();
  const bool all = keys.at("sample").at(what).size() == keys.at(what).get<std::size_t>();
  return text + (all ? "\n" : " …\n");
}

std::string table_text(const json& table) {
  std::string text = fmt::format("{}  {} -> {} rows", table.at("table").get<std::string>(),
                                 rows_text(table.at("live")), rows_text(table.at("candidate")));
  if (const std::string note = table.at("note"); !note.empty()) text += "  (" + note + ")";
  const json& keys = table.at("keys");
  if (keys.is_null()) return text + "\n";
  if (!table.at("whole").get<bool>())
    text += fmt::format("  (the first and the last {} keys were compared)",
                        keys.at("compared").get<std::int64_t>());
  text += "\n";
  for (const char* what : {"changed", "added", "removed"}) text += keys_text(keys, what);
  return text;
}

std::string structure_text(const json& one) {
  const json &live = one.at("live"), &candidate = one.at("candidate");
  const std::string object = one.at("kind").get<std::string>() + "  " + one.at("object").get<std::string>();
  if (candidate.is_null()) return "- " + object + "\n";
  if (live.is_null()) return "+ " + object + "\n";
  return fmt::format("~ {}\n    live       {}\n    candidate  {}\n", object, live.get<std::string>(),
                     candidate.get<std::string>());
}

}  // namespace

std::string diff_text(const json& diff) {
  std::string text =
      fmt::format("{} -> {}\n\n", diff.at("from").get<std::string>(), diff.at("to").get<std::string>());
  for (const json& table : diff.at("tables")) text += table_text(table);
  text += diff.at("structure").empty() ? "\nthe structure is the same\n" : "\n";
  for (const json& one : diff.at("structure")) text += structure_text(one);
  return text;
}

}  // namespace slipway::swap
