// GET /docs: the page that shows the API and tries it out; all of it comes from this binary.
#include <algorithm>

#include "daemon/api/embedded.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {
namespace {

// Nothing but our own files, nothing inline that runs. Swagger UI sets style attributes.
constexpr std::string_view policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string_view type_of(std::string_view name) {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  return "text/css; charset=utf-8";
}

http::Response file(std::string_view name) {
  const auto files = page_files();
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const Embedded& one) { return one.name == name; });
  if (found == files.end())
    return http::problem(404, "there is nothing at this path", "The page is at /docs.");
  http::Response response;
  response.content_type = type_of(name);
  response.body = found->content;
  response.headers.emplace_back("Content-Security-Policy", policy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("X-Frame-Options", "DENY");
  return response;
}

}  // namespace

Result<http::Response> docs_page(Call&) {
  return file("docs.html");
}

Result<http::Response> docs_file(Call& call) {
  return file(call.arguments.at(0));
}

}  // namespace slipway::api
