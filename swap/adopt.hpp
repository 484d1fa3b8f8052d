// Production that Slipway did not build gets an id and a manifest, and is live from then on.
#pragma once

#include "swap/engine.hpp"

namespace slipway::swap {

// Its id. Kind::refused where something of ours is live already, or nothing is there.
Result<std::string> adopt(const Context& context, const Path& folder, const std::string& actor);

// For the engines: the manifest's table in it, and its rows, counted this once. A schema, or all of them.
Done describe_adopted(pg::Session& session, const std::string& schema, const std::string& owner,
                      const std::string& reader, Manifest& manifest);

}  // namespace slipway::swap
