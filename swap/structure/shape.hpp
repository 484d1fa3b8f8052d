// The structure of a snapshot as a value: everything but its rows that clients, other schemas and operators
// rely on. Two of them are compared object by object, whatever their snapshots are called.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace slipway::swap {

// An object in the server's words, and the name of what it goes with: where that is gone, nobody has to be
// told of its columns and comments.
struct Definition {
  std::string text;
  std::string of = {};
  bool operator==(const Definition&) const = default;
};

// By what it is called: "study.name".
using Objects = std::map<std::string, Definition>;

struct Shape {
  std::map<std::string, Objects> kinds;  // by kind: one of shape_kinds()
  bool operator==(const Shape&) const = default;
};

// Kinds are what a guardrail is called after, so each is something that one may want to allow on its own.
struct ShapeKind {
  std::string_view name;
  std::string_view what;  // for messages: "indexes", in a sentence
};
const std::vector<ShapeKind>& shape_kinds();

// One side is empty where that side lacks the object.
struct Difference {
  std::string kind;
  std::string object;
  std::string live;
  std::string candidate;
  std::string of = {};
  bool operator==(const Difference&) const = default;
};

// By kind and object. A kind that only one side knows (an older Slipway wrote it) is not compared.
std::vector<Difference> compare(const Shape& live, const Shape& candidate);

// Without what is missing because what it goes with is missing.
std::vector<Difference> without_followers(const std::vector<Difference>& differences);

nlohmann::json to_json(const Shape& shape);
nlohmann::json to_json(const Difference& difference);
// A format that is newer than ours is an error (F22).
Result<Shape> shape_from_json(const nlohmann::json& json);

}  // namespace slipway::swap
