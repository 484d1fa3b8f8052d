#include "auth/json.hpp"

#include <nlohmann/json.hpp>

namespace slipway::auth {
namespace {

nlohmann::ordered_json or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

}  // namespace

nlohmann::ordered_json json_of(const Token& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"role", name(token.role)},
          {"orcid", or_null(token.orcid)},
          {"created_by", token.created_by},
          {"created_at", token.created_at},
          {"expires_at", or_null(token.expires_at)},
          {"last_used_at", or_null(token.last_used_at)},
          {"revoked_at", or_null(token.revoked_at)},
          {"valid", token.valid}};
}

nlohmann::ordered_json json_of(const Allowed& entry) {
  return {{"orcid", entry.orcid},
          {"role", name(entry.role)},
          {"from", entry.from_config ? "config" : "list"},
          {"added_by", or_null(entry.added_by)},
          {"added_at", or_null(entry.added_at)}};
}

}  // namespace slipway::auth
