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
          {"failure", m.failure},
          {"adopted", m.adopted}};
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
  m.adopted = body.value("adopted", false);
  return m;
}

Result<Manifest> from_json(const json& body, const std::string& where) {
  try {
    return from_json(body);
  } catch (const json::exception& wrong) {
    return fail("{} is not a manifest: {}", where, wrong.what());
  }
}

}  // namespace

std::string manifest_text(const Manifest& manifest) {
  return sealed(format, to_json(manifest));
}

Result<Manifest> manifest_from_text(const std::string& text, const std::string& where) {
  return from_json(TRY(unsealed(text, where, format)), where);
}

Manifest damaged_manifest(const std::string& id, const Error& why) {
  Manifest manifest;
  manifest.id = id;
  manifest.state = SnapshotState::bad;
  manifest.failure = why.summary();
  return manifest;
}

Result<std::optional<Manifest>> look_at_manifest(Files& files, const Path& path, const std::string& id) {
  const std::optional<std::string> text = TRY(files.read_if_there(path));
  if (!text) return std::optional<Manifest>();
  Result<Manifest> manifest = manifest_from_text(*text, path.string());
  if (!manifest) return std::optional<Manifest>(damaged_manifest(id, manifest.error()));
  if (manifest->id == id) return std::optional<Manifest>(std::move(*manifest));
  return std::optional<Manifest>(
      damaged_manifest(id, fail("{} is the manifest of snapshot {}", path.string(), manifest->id)));
}

Result<std::optional<Manifest>> read_manifest(Files& files, const Path& path) {
  const std::optional<json> body = TRY(read_sealed(files, path, format));
  if (!body) return std::optional<Manifest>();
  return std::optional<Manifest>(TRY(from_json(*body, path.string())));
}

Done write_manifest(Files& files, const Path& path, const Manifest& manifest) {
  return write_sealed(files, path, format, to_json(manifest));
}

}  // namespace slipway::swap
