#include "daemon/ingest/preflight.hpp"

#include <unistd.h>

#include "base/config/config.hpp"
#include "daemon/ingest/source/inputs.hpp"

namespace slipway::ingest {
namespace {

Done check_readable(const Path& path, const Position& at) {
  if (::access(path.c_str(), R_OK) == 0) return {};
  return error(Kind::usage, "cannot read {}", path.string())
      .at(at)
      .next(fmt::format(
          "Slipway runs as the user that owns its home (number {}): let it read the file and enter the "
          "folders above it.",
          ::geteuid()));
}

}  // namespace

Done preflight(const config::Config& config, const config::Pipeline& pipeline) {
  for (const Path& file : TRY(expand(pipeline.schema, config.folder, pipeline.at, "schema")))
    TRY(check_readable(file, pipeline.at));
  for (const auto& [name, source] : pipeline.sources)
    for (const Input& input : TRY(inputs_of(source, config.folder)))
      TRY(check_readable(input.path, source.at));
  for (const auto& [name, source] : pipeline.upstreams) {
    const Result<std::string> uri = source.uri.read();
    if (!uri) return Error(uri.error()).at(source.at);
  }
  return {};
}

}  // namespace slipway::ingest
