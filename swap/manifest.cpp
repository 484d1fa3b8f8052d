#include "swap/manifest.hpp"

#include <nlohmann/json.hpp>

#include "swap/sealed.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr int format = 1;

json to_json(const Manifest& m) {
  return {{"id", m.id},
          {"build_uuid", m.build_uuid},
          {"fence", m.fence},
          {"boot_id", m.boot_id},
          {"state", name(m.state)},
          {"pipeline", m.pipeline},
          {"parameters", m.parameters},
          {"inputs", m.inputs},
          {"input_fingerprint", m.input_fingerprint},
          {"rows", m.rows},
          {"rejected", m.rejected},
          {"bytes", m.bytes},
          {"fingerprint", m.fingerprint},
          {"created_ms", m.created_ms},
          {"finished_ms", m.finished_ms},
          {"postgresql_version", m.postgresql_version},
          {"slipway_version", m.slipway_version},
          {"failure", m.failure}};
}

Manifest from_json(const json& body) {
  Manifest m;
  m.id = body.at("id");
  m.build_uuid = body.at("build_uuid");
  m.fence = body.at("fence");
  m.boot_id = body.at("boot_id");
  m.state = snapshot_state(body.at("state").get<std::string>()).value_or(SnapshotState::failed);
  m.pipeline = body.at("pipeline");
  body.at("parameters").get_to(m.parameters);
  body.at("inputs").get_to(m.inputs);
  m.input_fingerprint = body.at("input_fingerprint");
  body.at("rows").get_to(m.rows);
  body.at("rejected").get_to(m.rejected);
  m.bytes = body.at("bytes");
  m.fingerprint = body.at("fingerprint");
  m.created_ms = body.at("created_ms");
  m.finished_ms = body.at("finished_ms");
  m.postgresql_version = body.at("postgresql_version");
  m.slipway_version = body.at("slipway_version");
  m.failure = body.at("failure");
  return m;
}

}  // namespace

Result<std::optional<Manifest>> read_manifest(Files& files, const Path& path) {
  const std::optional<json> body = TRY(read_sealed(files, path, format));
  if (!body) return std::optional<Manifest>();
  try {
    return std::optional<Manifest>(from_json(*body));
  } catch (const json::exception& wrong) {
    return fail("{} is not a manifest: {}", path.string(), wrong.what());
  }
}

Done write_manifest(Files& files, const Path& path, const Manifest& manifest) {
  return write_sealed(files, path, format, to_json(manifest));
}

}  // namespace slipway::swap
