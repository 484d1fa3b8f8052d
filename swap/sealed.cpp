#include "swap/sealed.hpp"

#include <nlohmann/json.hpp>

#include "base/digest.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

Error damaged(const std::string& where, std::string_view why) {
  return fail("{} is damaged: {}", where, why)
      .next(
          "Nothing was changed. Restore it from a backup, or take it away if you know what it held; what is "
          "live is what the target itself says (the link `current`, or the name in the catalog), whatever "
          "this says.");
}

}  // namespace

std::string sealed(int format, const json& body) {
  const json whole = {{"format", format}, {"sha256", sha256_hex(body.dump())}, {"body", body}};
  return whole.dump(1) + "\n";
}

Result<json> unsealed(const std::string& text, const std::string& where, int newest_format) {
  const json whole = json::parse(text, nullptr, false);
  if (whole.is_discarded() || !whole.is_object()) return damaged(where, "it is not JSON");
  const auto format = whole.find("format"), seal = whole.find("sha256"), body = whole.find("body");
  if (format == whole.end() || !format->is_number_integer() || seal == whole.end() || !seal->is_string() ||
      body == whole.end())
    return damaged(where, "format, sha256 or body is missing");
  if (format->get<int>() > newest_format)
    return fail("{} has format {}, and this version knows no newer one than {}", where, format->get<int>(),
                newest_format)
        .next("It was written by a newer Slipway: use that version.");
  if (sha256_hex(body->dump()) != seal->get<std::string>())
    return damaged(where, "its checksum does not match");
  return *body;
}

Result<std::optional<json>> read_sealed(Files& files, const Path& path, int newest_format) {
  const std::optional<std::string> text = TRY(files.read_if_there(path));
  if (!text) return std::optional<json>();
  return std::optional<json>(TRY(unsealed(*text, path.string(), newest_format)));
}

Done write_sealed(Files& files, const Path& path, int format, const json& body) {
  return files.write(path, sealed(format, body), 0640);
}

}  // namespace slipway::swap
