#include "daemon/api/cookies.hpp"

#include <fmt/core.h>

namespace slipway::api {

std::string cookie(const http::Request& request, std::string_view name) {
  std::string found;
  for (const auto& [header, value] : request.headers) {
    if (header != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string_view pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      const std::size_t begin = std::min(pair.find_first_not_of(' '), pair.size());
      const std::string_view one = pair.substr(begin);
      if (!one.starts_with(name) || one.substr(name.size(), 1) != "=") continue;
      if (!found.empty()) return {};
      found = one.substr(name.size() + 1);
    }
  }
  return found;
}

void set_cookie(http::Response& response, std::string_view name, std::string_view value, Seconds life) {
  const std::string_view hidden = name == csrf_cookie ? "" : "; HttpOnly";
  response.headers.emplace_back("Set-Cookie", fmt::format("{}={}; Path=/; Max-Age={}; Secure{}; SameSite=Lax",
                                                          name, value, life.count(), hidden));
}

void clear_cookie(http::Response& response, std::string_view name) {
  set_cookie(response, name, "", Seconds(0));
}

}  // namespace slipway::api
