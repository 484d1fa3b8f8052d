#include "daemon/api/pages.hpp"

#include <fmt/core.h>

namespace slipway::api {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

http::Response page(int status, std::string_view title, const std::vector<std::string>& paragraphs) {
  std::string text;
  for (const std::string& paragraph : paragraphs) text += fmt::format("<p>{}</p>\n", escaped(paragraph));
  http::Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{0} - "
      "Slipway</title></head>\n"
      "<body>\n<main>\n<h1>{0}</h1>\n{1}<p><a href=\"/auth/login\">Sign in "
      "again</a></p>\n</main>\n</body>\n</html>\n",
      escaped(title), text);
  response.headers.emplace_back(
      "Content-Security-Policy",
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

}  // namespace slipway::api
