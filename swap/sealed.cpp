#include "swap/sealed.hpp"

#include <nlohmann/json.hpp>

#include "base/digest.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

Error damaged(const Path& path, std::string_view why) {
  return fail("{} is damaged: {}", path.string(), why)
      .next(
          "Nothing was changed. Restore the file from a backup, or move it away if you know what it held; "
          "what is "
          "live is what the link `current` says, whatever this file says.");
}

}  // namespace

Result<std::optional<json>> read_sealed(Files& files, const Path& path, int newest_format) {
  if (!files.exists(path)) return std::optional<json>();
  const std::string text = TRY(files.read(path));
  const json whole = json::parse(text, nullptr, false);
  if (whole.is_discarded() || !whole.is_object()) return damaged(path, "it is not JSON");
  const auto format = whole.find("format"), seal = whole.find("sha256"), body = whole.find("body");
  if (format == whole.end() || !format->is_number_integer() || seal == whole.end() || !seal->is_string() ||
      body == whole.end())
    return damaged(path, "format, sha256 or body is missing");
  if (format->get<int>() > newest_format)
    return fail("{} has format {}, and this version knows no newer one than {}", path.string(),
                format->get<int>(), newest_format)
        .next("It was written by a newer Slipway: use that version.");
  if (sha256_hex(body->dump()) != seal->get<std::string>())
    return damaged(path, "its checksum does not match");
  return std::optional<json>(*body);
}

Done write_sealed(Files& files, const Path& path, int format, const json& body) {
  const json whole = {{"format", format}, {"sha256", sha256_hex(body.dump())}, {"body", body}};
  return files.write(path, whole.dump(1) + "\n", 0640);
}

}  // namespace slipway::swap
