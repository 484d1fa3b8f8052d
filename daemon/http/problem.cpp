#include "daemon/http/problem.hpp"

#include <nlohmann/json.hpp>

namespace slipway::http {
namespace {

using Json = nlohmann::ordered_json;

struct Phrase {
  int status;
  std::string_view text;
};

constexpr Phrase phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {302, "Found"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {417, "Expectation Failed"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

Json body_of(int status, std::string_view detail, std::string_view next) {
  std::string slug;
  for (const char c : reason_phrase(status))
    slug += c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  Json body{{"type", "urn:slipway:problem:" + slug}, {"title", reason_phrase(status)}, {"status", status}};
  body["detail"] = detail;
  if (!next.empty()) body["next"] = next;
  return body;
}

Response response_of(int status, const Json& body) {
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const Phrase& phrase : phrases)
    if (phrase.status == status) return phrase.text;
  return "Unknown";
}

Response problem(int status, std::string_view detail, std::string_view next) {
  return response_of(status, body_of(status, detail, next));
}

Response problem_about(long long job, int status, std::string_view detail, std::string_view next) {
  Json body = body_of(status, detail, next);
  body["job"] = job;
  return response_of(status, body);
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

}  // namespace slipway::http
