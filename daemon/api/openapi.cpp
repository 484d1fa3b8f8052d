#include "daemon/api/openapi.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/version.hpp"
#include "daemon/api/embedded.hpp"
#include "daemon/api/handlers.hpp"
#include "daemon/api/parameters.hpp"
#include "daemon/http/problem.hpp"

namespace slipway::api {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view about =
    "Build a database in staging, check it, and launch it whole into production.\n\n"
    "Sign in with ORCID, or press *Authorize* and paste an API token (`slipway token create`). "
    "Errors are `application/problem+json`; their `next` says what to do. "
    "Send an `Idempotency-Key` with an order, and sending it again makes no second job.";

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    if (space != 0) out.push_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return out;
}

Json reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

bool changes(const Route& route) {
  return route.method != "GET";
}

// What can go wrong with it, by its role, its body and what it needs.
std::set<std::string> errors_of(const Route& route) {
  std::set<std::string> all = {"400"};  // a malformed request
  for (const std::string_view status : words(route.doc.errors)) all.emplace(status);
  if (route.role) all.insert({"401", "403"});
  if (changes(route)) all.insert("429");
  if (route.body_bytes > 0) all.insert("413");
  if (!route.doc.body.empty()) all.insert({"415", "422"});
  if (!route.doc.query.empty()) all.insert("422");
  if (!path_names(route.path).empty()) all.insert("404");
  if (route.needs == Needs::session) all.insert("503");
  return all;
}

Json header(std::string_view text, std::string_view type) {
  return {{"description", text}, {"schema", {{"type", type}}}};
}

Json success(const Route& route) {
  Json out{{"description", http::reason_phrase(route.doc.status)}};
  if (route.doc.status == 202)
    out["headers"]["Location"] = header("Where the job is", "string");
  else if (!changes(route) && !route.doc.answer.empty())
    out["headers"]["ETag"] = header("Send it back as If-None-Match", "string");
  if (!route.doc.answer.empty())
    out["content"][std::string(route.doc.media)]["schema"] = reference(route.doc.answer);
  else if (route.doc.media != "application/json")
    out["content"][std::string(route.doc.media)]["schema"] = {{"type", "string"}};
  return out;
}

Json problem_answer(int status) {
  Json out{{"description", http::reason_phrase(status)}};
  if (status == 429 || status == 503) out["headers"]["Retry-After"] = header("Seconds to wait", "integer");
  if (status == 401) out["headers"]["WWW-Authenticate"] = header("How to say who asks", "string");
  out["content"]["application/problem+json"]["schema"] = reference("Problem");
  return out;
}

Json parameters_of(const Route& route) {
  Json out = Json::array();
  for (const std::string& name : path_names(route.path)) out.push_back(path_parameter(name));
  for (const std::string_view name : words(route.doc.query)) out.push_back(query_parameter(name));
  if (route.doc.keyed) out.push_back({{"$ref", "#/components/parameters/IdempotencyKey"}});
  return out;
}

// A token, or the session of who has signed in, whose changes also need its CSRF token.
Json security_of(const Route& route) {
  Json out = Json::array();
  if (!route.role) return out;
  if (route.open == Open::on_loopback) out.push_back(Json::object());
  Json session{{"session", Json::array()}};
  if (changes(route)) session["csrf"] = Json::array();
  out.push_back({{"token", Json::array()}});
  out.push_back(session);
  return out;
}

Json operation_of(const Route& route) {
  Json out{{"operationId", route.doc.operation}, {"tags", {route.doc.tag}}, {"summary", route.doc.summary}};
  std::string text(route.doc.text);
  if (route.role) text += fmt::format("{}Needs the role {}.", text.empty() ? "" : "\n\n", name(*route.role));
  if (!text.empty()) out["description"] = text;
  if (Json parameters = parameters_of(route); !parameters.empty()) out["parameters"] = parameters;
  if (!route.doc.body.empty())
    out["requestBody"]["content"]["application/json"]["schema"] = reference(route.doc.body);
  out["responses"][std::to_string(route.doc.status)] = success(route);
  for (const std::string& status : errors_of(route))
    out["responses"][status] = problem_answer(std::stoi(status));
  out["security"] = security_of(route);
  return out;
}

constexpr std::pair<std::string_view, std::string_view> tag_descriptions[] = {
    {"jobs", "What builds, promotes, rolls back and prunes: ordered, watched, cancelled"},
    {"targets", "Production databases and their snapshots"},
    {"sign-in", "Signing in with ORCID"},
    {"tokens", "API tokens, for scripts and services"},
    {"allow-list", "Who may sign in, and what they may do"},
    {"audit", "Who changed what"},
    {"health", "For load balancers and monitoring"},
    {"docs", "This page and what it shows"},
};

std::string_view description_of(std::string_view tag) {
  for (const auto& [name, text] : tag_descriptions)
    if (name == tag) return text;
  return {};
}

Json schemas() {
  Json out = Json::object();
  for (const Embedded& file : schema_files())
    out[std::string(file.name.substr(0, file.name.find('.')))] = Json::parse(file.content);
  return out;
}

Json tags(std::span<const Route> table) {
  Json out = Json::array();
  std::set<std::string_view> seen;
  for (const Route& route : table)
    if (seen.insert(route.doc.tag).second)
      out.push_back({{"name", route.doc.tag}, {"description", description_of(route.doc.tag)}});
  return out;
}

Json key(std::string_view where, std::string_view name, std::string_view text) {
  return {{"type", "apiKey"}, {"in", where}, {"name", name}, {"description", text}};
}

}  // namespace

std::vector<std::string> path_names(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1))
    names.emplace_back(path.substr(open + 1, path.find('}', open) - open - 1));
  return names;
}

Json openapi(std::span<const Route> table) {
  Json out{{"openapi", "3.1.0"}};
  out["info"] = {{"title", "Slipway"}, {"version", version}, {"description", about}};
  out["info"]["license"] = {{"name", "Apache 2.0"}, {"identifier", "Apache-2.0"}};
  out["servers"] = Json::array({{{"url", "/"}, {"description", "Here"}}});
  out["tags"] = tags(table);
  for (const Route& route : table) {
    std::string method(route.method);
    std::transform(method.begin(), method.end(), method.begin(),
                   [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    out["paths"][std::string(route.path)][method] = operation_of(route);
  }
  Json& components = out["components"];
  components["schemas"] = schemas();
  components["parameters"]["IdempotencyKey"] = {
      {"name", "Idempotency-Key"},
      {"in", "header"},
      {"description", "Sent again with the same order it answers with the same job"},
      {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 200}}}};
  components["securitySchemes"] = {
      {"token", {{"type", "http"}, {"scheme", "bearer"}, {"description", "An API token, `slip_…`"}}},
      {"session", key("cookie", "__Host-slipway", "Who has signed in at /auth/login")},
      {"csrf", key("header", "X-CSRF-Token", "That the page of who has signed in asks, and no other page")}};
  return out;
}

Result<http::Response> openapi_document(Call&) {
  static const std::string text = openapi(routes()).dump();
  http::Response response;
  response.body = text;
  return response;
}

}  // namespace slipway::api
