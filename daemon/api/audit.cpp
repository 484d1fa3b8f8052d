// GET /api/audit: who did what, newest first.
#include "migrations/audit.hpp"

#include <charconv>

#include "daemon/api/handlers.hpp"

namespace slipway::api {
namespace {

constexpr long long most_a_page = 200;

Result<long long> number(const std::string& name, std::string_view text, long long most) {
  long long value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem == std::errc() && end == text.data() + text.size() && value > 0 && value <= most) return value;
  return error(Kind::usage, "the query parameter {} must be a number from 1 to {}", name, most);
}

Result<audit::Filter> filter_of(const http::Request& request) {
  audit::Filter filter;
  for (const auto& [name, value] : request.query) {
    if (name == "actor")
      filter.actor = value;
    else if (name == "action")
      filter.action = value;
    else if (name == "cursor")
      filter.before = TRY(number(name, value, 1LL << 62));
    else if (name == "limit")
      filter.limit = static_cast<int>(TRY(number(name, value, most_a_page)));
    else
      return error(Kind::usage, "there is no query parameter {}: actor, action, cursor, limit", name);
  }
  return filter;
}

}  // namespace

Result<http::Response> list_audit(Call& call) {
  const audit::Page page = TRY(audit::list(*call.session, TRY(filter_of(call.request))));
  std::string entries;
  for (const std::string& entry : page.entries) entries += (entries.empty() ? "" : ",") + entry;
  const std::string next = page.next == 0 ? "null" : fmt::format("\"{}\"", page.next);
  http::Response response;
  response.body = fmt::format(R"({{"entries":[{}],"next":{}}})", entries, next);
  return response;
}

}  // namespace slipway::api
