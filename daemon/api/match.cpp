// Finds the route for a method and a path; nothing is served here.
#include "base/network.hpp"
#include "daemon/api/route.hpp"

namespace slipway::api {
namespace {

// What the path holds for each "{…}"; nothing if they differ.
std::optional<std::vector<std::string>> arguments_of(std::string_view pattern,
                                                     const std::vector<std::string>& path) {
  if (path.empty()) return std::nullopt;
  std::vector<std::string> arguments;
  pattern.remove_prefix(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const std::size_t slash = pattern.find('/');
    const std::string_view wanted = pattern.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (last != (i + 1 == path.size())) return std::nullopt;
    if (wanted.starts_with('{'))
      arguments.push_back(path[i]);
    else if (wanted != path[i])
      return std::nullopt;
    if (!last) pattern.remove_prefix(slash + 1);
  }
  return arguments;
}

}  // namespace

bool Route::asks_who(const http::Request& request) const {
  if (!role) return false;
  if (open != Open::on_loopback || !is_loopback_address(request.remote)) return true;
  return !request.header("x-forwarded-for").empty() || !request.header("forwarded").empty();
}

Match match(std::span<const Route> table, std::string_view method, const std::vector<std::string>& path) {
  Match found;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : table) {
    auto arguments = arguments_of(route.path, path);
    if (!arguments) continue;
    found.allow += (found.allow.empty() ? "" : ", ") + std::string(route.method);
    if (route.method == "GET") found.allow += ", HEAD";
    if (route.method != wanted) continue;
    found.route = &route;
    found.arguments = std::move(*arguments);
  }
  return found;
}

}  // namespace slipway::api
