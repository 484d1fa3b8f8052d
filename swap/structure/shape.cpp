#include "swap/structure/shape.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr int format = 1;

void compare_kind(const std::string& kind, const Objects& live, const Objects& candidate,
                  std::vector<Difference>& out) {
  for (const auto& [object, definition] : live) {
    const auto other = candidate.find(object);
    const std::string now = other == candidate.end() ? "" : other->second.text;
    if (now != definition.text) out.push_back({kind, object, definition.text, now, definition.of});
  }
  for (const auto& [object, definition] : candidate)
    if (!live.contains(object)) out.push_back({kind, object, "", definition.text, definition.of});
}

json objects_json(const Objects& objects) {
  json all = json::object();
  for (const auto& [object, definition] : objects) all[object] = {definition.text, definition.of};
  return all;
}

Objects objects_from(const json& all) {
  Objects objects;
  for (const auto& [object, definition] : all.items())
    objects[object] = {definition.at(0).get<std::string>(), definition.at(1).get<std::string>()};
  return objects;
}

// Rights, comments and the like are nothing that something else could go with.
bool can_be_followed(const std::string& kind) {
  static const std::set<std::string> kinds = {"schemas",      "tables",      "columns",   "types",
                                              "indexes",      "constraints", "triggers",  "rules",
                                              "row_security", "views",       "functions", "sequences"};
  return kinds.contains(kind);
}

}  // namespace

const std::vector<ShapeKind>& shape_kinds() {
  static const std::vector<ShapeKind> kinds = {
      {"schemas", "schemas"},
      {"tables", "tables"},
      {"columns", "columns"},
      {"types", "types"},
      {"indexes", "indexes"},
      {"constraints", "constraints"},
      {"triggers", "triggers"},
      {"rules", "rules"},
      {"row_security", "row security"},
      {"views", "views"},
      {"functions", "functions"},
      {"sequences", "sequences"},
      {"grants", "grants"},
      {"owners", "owners"},
      {"comments", "comments"},
      {"publications", "publications"},
      {"extensions", "extensions"},
      {"collation", "encoding, locale and collations"},
      {"text_search", "text search configurations"},
      {"settings", "settings that change what queries answer, and those of ALTER SYSTEM"},
      {"server", "major version of the server"},
      {"client_shape", "what connected clients remember: row shapes and type OIDs"},
  };
  return kinds;
}

std::vector<Difference> compare(const Shape& live, const Shape& candidate) {
  std::vector<Difference> out;
  for (const ShapeKind& kind : shape_kinds()) {
    const std::string name(kind.name);
    const auto one = live.kinds.find(name), other = candidate.kinds.find(name);
    if (one != live.kinds.end() && other != candidate.kinds.end())
      compare_kind(name, one->second, other->second, out);
  }
  return out;
}

std::vector<Difference> without_followers(const std::vector<Difference>& differences) {
  std::set<std::string> gone;
  for (const Difference& one : differences)
    if (one.candidate.empty() && can_be_followed(one.kind)) gone.insert(one.object);
  std::vector<Difference> rest;
  for (const Difference& one : differences)
    if (!one.candidate.empty() || !gone.contains(one.of)) rest.push_back(one);
  return rest;
}

json to_json(const Shape& shape) {
  json kinds = json::object();
  for (const auto& [kind, objects] : shape.kinds) kinds[kind] = objects_json(objects);
  return {{"format", format}, {"kinds", std::move(kinds)}};
}

json to_json(const Difference& difference) {
  const auto side = [](const std::string& text) { return text.empty() ? json() : json(text); };
  return {{"kind", difference.kind},
          {"object", difference.object},
          {"live", side(difference.live)},
          {"candidate", side(difference.candidate)}};
}

Result<Shape> shape_from_json(const json& whole) {
  try {
    if (whole.at("format").get<int>() > format)
      return fail("a kept structure has format {}, and this version knows no newer one than {}",
                  whole.at("format").get<int>(), format)
          .next("It was written by a newer Slipway: use that version.");
    Shape shape;
    for (const auto& [kind, objects] : whole.at("kinds").items()) shape.kinds[kind] = objects_from(objects);
    return shape;
  } catch (const json::exception& wrong) {
    return fail("a kept structure cannot be read: {}", wrong.what());
  }
}

}  // namespace slipway::swap
