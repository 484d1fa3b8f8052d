// What is kept of a snapshot when it is finished, so that it can be judged while it lies frozen.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"
#include "swap/structure/contents.hpp"
#include "swap/structure/shape.hpp"

namespace slipway::swap {

struct Kept {
  Shape shape;
  std::vector<std::string> not_analyzed;  // tables that hold rows and have no statistics
  Contents contents;                      // empty: of a time when they were not kept
  bool operator==(const Kept&) const = default;
};

// The schema as in read_shape().
Result<Kept> read_kept(pg::Session& session, const std::string& schema);

nlohmann::json to_json(const Kept& kept);
Result<Kept> kept_from_json(const nlohmann::json& json);
Result<Kept> kept_from_text(const std::string& text);

}  // namespace slipway::swap
