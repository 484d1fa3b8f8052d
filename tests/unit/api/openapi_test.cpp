// /openapi.json against the table of routes that it is made from.
#include "daemon/api/openapi.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "daemon/api/embedded.hpp"

namespace slipway::api {
namespace {

using Json = nlohmann::ordered_json;

void each_reference(const Json& value, const std::function<void(const std::string&)>& see) {
  if (value.is_object() && value.contains("$ref")) see(value["$ref"]);
  if (value.is_structured())
    for (const Json& inside : value) each_reference(inside, see);
}

Json operation(const Json& document, const Route& route) {
  std::string method(route.method);
  for (char& c : method) c = static_cast<char>(std::tolower(c));
  const Json& path = document["paths"].value(std::string(route.path), Json::object());
  return path.value(method, Json::object());
}

TEST(OpenApi, HasEveryRouteAndNoOther) {
  const Json document = openapi(routes());
  std::size_t described = 0;
  for (const auto& [path, methods] : document["paths"].items()) described += methods.size();
  EXPECT_EQ(described, routes().size());
  std::set<std::string> names;
  for (const Route& route : routes()) {
    const Json one = operation(document, route);
    ASSERT_FALSE(one.empty()) << route.method << " " << route.path;
    EXPECT_TRUE(names.insert(one["operationId"]).second) << one["operationId"];
    EXPECT_FALSE(one["summary"].get<std::string>().empty()) << route.path;
  }
}

TEST(OpenApi, SaysWhoMayAndWhatCanGoWrong) {
  const Json document = openapi(routes());
  for (const Route& route : routes()) {
    const Json one = operation(document, route);
    const Json& responses = one["responses"];
    EXPECT_EQ(route.role.has_value(), !one["security"].empty()) << route.path;
    // Signing in is open to anyone, and may fail in the same ways.
    if (!route.path.starts_with("/auth/")) {
      EXPECT_EQ(route.role.has_value(), responses.contains("401") && responses.contains("403")) << route.path;
    }
    EXPECT_TRUE(responses.contains(std::to_string(route.doc.status))) << route.path;
    if (route.role && route.method != "GET") {
      EXPECT_TRUE(one["security"][1].contains("csrf")) << route.path;
    }
    for (const auto& [status, answer] : responses.items())
      if (status >= "400") {
        EXPECT_TRUE(answer["content"].contains("application/problem+json")) << route.path << status;
      }
  }
}

TEST(OpenApi, DescribesEveryParameterAndPointsOnlyAtWhatIsThere) {
  const Json document = openapi(routes());
  for (const Route& route : routes()) {
    const Json one = operation(document, route);
    std::set<std::string> in_path;
    for (const Json& parameter : one.value("parameters", Json::array())) {
      ASSERT_FALSE(parameter.is_null()) << route.path << ": a parameter that nobody has described";
      if (parameter.value("in", "") == "path") in_path.insert(parameter["name"]);
    }
    const auto named = path_names(route.path);
    EXPECT_EQ(in_path, std::set<std::string>(named.begin(), named.end())) << route.path;
  }
  each_reference(document, [&](const std::string& to) {
    EXPECT_TRUE(document.contains(Json::json_pointer(to.substr(1)))) << to;
  });
}

TEST(OpenApi, EveryTagIsDescribed) {
  const Json document = openapi(routes());
  for (const Json& tag : document["tags"])
    EXPECT_FALSE(tag["description"].get<std::string>().empty()) << tag["name"];
}

TEST(OpenApi, EverySchemaHasAnExampleAndIsUsed) {
  const Json document = openapi(routes());
  std::set<std::string> used;
  each_reference(document, [&](const std::string& to) { used.insert(to); });
  for (const auto& [name, schema] : document["components"]["schemas"].items()) {
    EXPECT_TRUE(schema.contains("examples")) << name;
    EXPECT_TRUE(used.contains("#/components/schemas/" + name)) << name << " is of no use";
  }
}

}  // namespace
}  // namespace slipway::api
