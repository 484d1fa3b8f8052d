#include "daemon/http/proxies.hpp"

#include <algorithm>

namespace slipway::http {
namespace {

bool holds(const std::vector<Network>& proxies, std::string_view address) {
  return std::any_of(proxies.begin(), proxies.end(),
                     [&](const Network& one) { return one.contains(address); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// All headers of that name, as one list.
std::string joined(const Request& request, std::string_view name) {
  std::string out;
  for (const auto& [key, value] : request.headers)
    if (key == name) out += (out.empty() ? "" : ",") + value;
  return out;
}

}  // namespace

void believe(Request& request, const std::vector<Network>& proxies) {
  if (!holds(proxies, request.remote)) return;
  const std::string scheme = joined(request, "x-forwarded-proto");
  if (!scheme.empty()) request.secure = trimmed(scheme.substr(scheme.rfind(',') + 1)) == "https";
  const std::string list = joined(request, "x-forwarded-for");
  std::string_view left = list;
  while (!left.empty()) {
    const std::size_t comma = left.rfind(',');
    const std::string_view one = trimmed(left.substr(comma == std::string_view::npos ? 0 : comma + 1));
    if (!Network::parse(one) || one.find('/') != std::string_view::npos)
      return;  // not further than sense goes
    request.remote = one;
    if (!holds(proxies, one) || comma == std::string_view::npos) return;
    left = left.substr(0, comma);
  }
}

}  // namespace slipway::http
