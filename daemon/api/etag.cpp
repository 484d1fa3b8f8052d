#include "daemon/api/etag.hpp"

#include "base/digest.hpp"

namespace slipway::api {
namespace {

constexpr std::size_t tag_characters = 32;

// `*`, or a list in which a weak name counts as the strong one.
bool named(std::string_view header, std::string_view tag) {
  if (header == "*") return true;
  while (!header.empty()) {
    const std::size_t comma = header.find(',');
    std::string_view one = header.substr(0, comma);
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
  }
  return false;
}

}  // namespace

http::Response tagged(const http::Request& request, http::Response response) {
  const bool asks = request.method == "GET" || request.method == "HEAD";
  if (!asks || response.status != 200 || response.stream) return response;
  const std::string tag = '"' + sha256_hex(response.body).substr(0, tag_characters) + '"';
  response.headers.emplace_back("ETag", tag);
  if (!named(request.header("if-none-match"), tag)) return response;
  response.status = 304;
  response.body.clear();
  return response;
}

}  // namespace slipway::api
