#include "daemon/api/body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/strict_json.hpp"

namespace slipway::api {

using nlohmann::json;

Result<json> json_body(const http::Request& request, std::initializer_list<std::string_view> members) {
  std::string known;
  for (const std::string_view member : members) known += (known.empty() ? "" : ", ") + std::string(member);
  const std::string_view type = request.header("content-type");
  if (type.substr(0, type.find_first_of("; ")) != "application/json")
    return error(Kind::usage, "the body must be JSON").next("Send it with Content-Type: application/json.");
  auto body = auth::strict_object(request.body);
  if (!body)
    return error(Kind::usage, "the body is no JSON object, or has a member twice")
        .next("It has: " + known + ".");
  for (const auto& [name, value] : body->items())
    if (std::find(members.begin(), members.end(), name) == members.end())
      return error(Kind::usage, "the body has a member `{}` that nobody knows", name)
          .next("It has: " + known + ".");
  return std::move(*body);
}

Result<std::string> text_member(const json& body, std::string_view name) {
  const auto found = body.find(name);
  if (found == body.end() || !found->is_string())
    return error(Kind::usage, "`{}` is missing from the body, or no text", name);
  return found->get<std::string>();
}

}  // namespace slipway::api
