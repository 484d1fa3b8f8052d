// What a snapshot says of itself. Written while it is built, and never again once it is ready.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "swap/states.hpp"

namespace slipway::swap {

struct Manifest {
  std::string id;
  std::string build_uuid;
  long long fence = 0;
  std::string boot_id;                            // of the machine run that built it
  SnapshotState state = SnapshotState::building;  // building, failed or ready, the rest is the journal's to
                                                  // say; or bad: damaged
  std::string pipeline;
  std::map<std::string, std::string> parameters;
  std::vector<std::string> inputs;
  std::string input_fingerprint;
  std::map<std::string, std::int64_t> rows;
  std::map<std::string, std::int64_t> rejected;
  std::uint64_t bytes = 0;
  std::string fingerprint;  // of the tables' shape
  std::int64_t created_ms = 0;
  std::int64_t finished_ms = 0;
  std::string postgresql_version;
  std::string slipway_version;
  std::string failure;   // why it failed, or what is wrong with the manifest
  bool adopted = false;  // production that Slipway did not build: never removed
};

std::string manifest_text(const Manifest& manifest);
Result<Manifest> manifest_from_text(const std::string& text, const std::string& where);

// In the place of one that says nothing: bad, with the reason. What it is not is ready, or anybody's to
// remove.
Manifest damaged_manifest(const std::string& id, const Error& why);

// Nothing if the folder holds none.
Result<std::optional<Manifest>> read_manifest(Files& files, const Path& path);
// The same of snapshot `id`, where one that is damaged, or of a newer format, is no error.
Result<std::optional<Manifest>> look_at_manifest(Files& files, const Path& path, const std::string& id);
Done write_manifest(Files& files, const Path& path, const Manifest& manifest);

}  // namespace slipway::swap
