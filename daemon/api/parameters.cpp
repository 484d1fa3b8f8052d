#include "daemon/api/parameters.hpp"

#include <nlohmann/json.hpp>
#include <span>

namespace slipway::api {
namespace {

using Json = nlohmann::ordered_json;

struct Parameter {
  std::string_view name;  // "snapshots:state" is the `state` of snapshots
  std::string_view text;
  std::string_view schema;  // JSON
  std::string_view example;
};

constexpr std::string_view snapshot_schema = R"({"type":"string","pattern":"^[0-9]{8}T[0-9]{6}Z$"})";
constexpr std::string_view text_schema = R"({"type":"string"})";
constexpr std::string_view page_schema = R"({"type":"integer","minimum":1,"maximum":200,"default":50})";

constexpr Parameter in_paths[] = {
    {"id", "The number of a job", R"({"type":"integer","minimum":1})", "12"},
    {"target", "The name of a target", text_schema, "\"portal\""},
    {"snapshot", "The id of a snapshot", snapshot_schema, "\"20261121T093000Z\""},
    {"token", "The number of a token", R"({"type":"integer","minimum":1})", "3"},
    {"orcid", "An ORCID iD", R"({"type":"string","pattern":"^([0-9]{4}-){3}[0-9]{3}[0-9X]$"})",
     "\"0000-0002-1825-0097\""},
    {"file", "One of the page's files", text_schema, "\"docs.js\""},
};

constexpr Parameter in_queries[] = {
    {"pipeline", "Only of this pipeline", text_schema, "\"demo\""},
    {"kind", "Only of this kind", R"({"type":"string","enum":["ingest","promote","rollback","prune"]})",
     "\"ingest\""},
    {"target", "Only of this target", text_schema, "\"portal\""},
    {"state", "Only in this state", R"({"$ref":"#/components/schemas/JobState"})", "\"running\""},
    {"actor", "Only what this one did", text_schema, "\"token 3 (nightly)\""},
    {"action", "Only such changes", text_schema, "\"token.create\""},
    {"return", "A path of this site", text_schema, "\"/docs\""},
    {"code", "What the sign-in service gave", text_schema, "\"x\""},
    {"iss", "The sign-in service", text_schema, "\"https://orcid.org\""},
    {"error", "Why it did not let the person through", text_schema, "\"access_denied\""},
    {"snapshots:state", "Only in this state",
     R"({"type":"string","enum":["building","failed","ready","live","retired","bad"]})", "\"ready\""},
    {"cursor", "The `next` of the page before", text_schema, "\"12\""},
    {"history:cursor", "The `epoch` of the last receipt of the page before", text_schema, "\"12\""},
    {"limit", "How many at most", page_schema, "50"},
    {"snapshot", "The snapshot; without it the one that would be promoted", snapshot_schema,
     "\"20261121T093000Z\""},
    {"against", "Compare with this one instead of with live", snapshot_schema, "\"20261120T030000Z\""},
    {"allow", "Guardrails that may say no, with commas between", text_schema, "\"rows\""},
};

Json described(std::span<const Parameter> all, std::string_view name, std::string_view where) {
  for (const Parameter& one : all) {
    if (one.name != name) continue;
    Json out{{"name", name.substr(name.find(':') + 1)}, {"in", where}};
    if (where == "path") out["required"] = true;
    out["description"] = one.text;
    out["schema"] = Json::parse(one.schema);
    // A value to begin with would be sent: only where one is needed.
    if (where == "path") out["example"] = Json::parse(one.example);
    return out;
  }
  return {};
}

}  // namespace

Json path_parameter(std::string_view name) {
  return described(in_paths, name, "path");
}

Json query_parameter(std::string_view name) {
  return described(in_queries, name, "query");
}

}  // namespace slipway::api
