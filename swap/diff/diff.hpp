// `swap diff`: what would change for those who read, in rows and in structure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "swap/engine.hpp"

namespace slipway::swap {

struct DiffOrder {
  std::string id;       // empty: what `swap promote` would take, else what `swap rollback` would
  std::string against;  // empty: live
  std::string actor;
};

// {"target","from","to","tables":[…],"structure":[…]}. A snapshot that lies frozen is started for as long as
// it takes, and the target is held meanwhile. Kind::refused where there is nothing to compare.
Result<nlohmann::json> diff(const Context& context, const DiffOrder& order);
std::string diff_text(const nlohmann::json& diff);

}  // namespace slipway::swap
