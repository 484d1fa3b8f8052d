#include "auth/strict_json.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace slipway::auth {

using nlohmann::json;

std::optional<json> strict_object(std::string_view text) {
  // The parser takes a NUL for the end of its input, whatever comes behind it.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  std::vector<std::set<std::string>> open;
  bool twice = false;
  const json::parser_callback_t watch = [&](int, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key) twice |= !open.back().insert(parsed.get<std::string>()).second;
    return true;
  };
  json read = json::parse(text, watch, false);
  if (twice || !read.is_object()) return std::nullopt;
  return read;
}

}  // namespace slipway::auth
