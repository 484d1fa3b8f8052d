// Reads the config and looks for the files and secrets that it names.
#include "daemon/commands/check.hpp"

#include <fmt/core.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "daemon/ingest/source/inputs.hpp"
#include "daemon/ingest/source/standard_input.hpp"
#include "daemon/ingest/sql/file.hpp"

namespace slipway::commands {
namespace {

using nlohmann::json;

// What the files of a pipeline come to.
struct Found {
  std::string pipeline;
  std::size_t schema_files = 0;
  std::size_t queries = 0;
  std::vector<std::string> parameters;
  std::size_t source_files = 0;
  std::int64_t source_bytes = 0;
};

Result<Found> look_at(const config::Config& config, const config::Pipeline& written) {
  Found found;
  const std::vector<ingest::SqlTable> queries = TRY(ingest::read_sql_tables(config, written, {}));
  found.queries = queries.size();
  for (const auto& [name, at] : ingest::parameters_of(written, queries)) found.parameters.push_back(name);
  const config::Pipeline pipeline = ingest::with_any_params(written);
  found.pipeline = pipeline.name;
  const std::string what = fmt::format("schema of pipeline {}", pipeline.name);
  found.schema_files = TRY(ingest::expand(pipeline.schema, config.folder, pipeline.at, what)).size();
  for (const auto& [name, source] : pipeline.sources) {
    if (ingest::reads_standard_input(source)) continue;  // nothing of it is there yet
    for (const ingest::Input& input : TRY(ingest::inputs_of(source, config.folder))) {
      ++found.source_files;
      found.source_bytes += input.bytes;
    }
  }
  return found;
}

Result<std::vector<Found>> look_at_all(const config::Config& config) {
  std::vector<Found> all;
  for (const auto& [name, pipeline] : config.pipelines) all.push_back(TRY(look_at(config, pipeline)));
  return all;
}

int complain(const Error& error, bool as_json) {
  if (as_json) {
    const json answer = {{"ok", false}, {"error", error.summary()}, {"next", error.next_step()}};
    fmt::print("{}\n", answer.dump(-1, ' ', false, json::error_handler_t::replace));
  }
  fmt::print(stderr, "{}\n", error.text());
  return exit_code(error.kind());
}

// Only warnings: they may be at home on another machine.
std::vector<Error> missing_secrets(const config::Config& config) {
  std::vector<Error> missing;
  for (const config::Secret* secret : config.secrets())
    if (Result<std::string> read = secret->read(); !read)
      missing.push_back(std::move(read).error().at(secret->at));
  return missing;
}

void print_json(const config::Config& config, const std::vector<Found>& all,
                const std::vector<Error>& warnings) {
  json pipelines = json::object();
  for (const Found& found : all)
    pipelines[found.pipeline] = {{"schema_files", found.schema_files},
                                 {"queries", found.queries},
                                 {"parameters", found.parameters},
                                 {"source_files", found.source_files},
                                 {"source_bytes", found.source_bytes}};
  json targets = json::array();
  for (const auto& [name, target] : config.targets) targets.push_back(name);
  json answer = {
      {"ok", true}, {"file", config.file.string()}, {"targets", targets}, {"pipelines", pipelines}};
  answer["warnings"] = json::array();
  for (const Error& warning : warnings) answer["warnings"].push_back(warning.summary());
  fmt::print("{}\n", answer.dump(-1, ' ', false, json::error_handler_t::replace));
}

// Where it is, as far as the config alone says so; nothing of a secret.
std::string front_door(const config::Target& target) {
  if (!target.front.file.empty()) return "as " + target.front.file.string() + " says";
  if (!target.front.variable.empty()) return "as the variable " + target.front.variable + " says";
  if (target.front.given()) return target.front.value;
  if (target.mode == config::Mode::volume) return fmt::format("127.0.0.1:{}", target.front_port);
  return "none named; clients connect to the server itself";
}

void print_text(const config::Config& config, const std::vector<Found>& all) {
  fmt::print("{} is right\n", config.file.string());
  for (const auto& [name, target] : config.targets)
    fmt::print("  target {}: front door {}\n", name, front_door(target));
  for (const Found& found : all) {
    std::string queries = found.queries == 0 ? "" : fmt::format("{} queries, ", found.queries);
    fmt::print("  pipeline {}: {} schema files, {}{} source files, {:.1f} MB\n", found.pipeline,
               found.schema_files, queries, found.source_files,
               static_cast<double>(found.source_bytes) / 1e6);
    for (const std::string& name : found.parameters) fmt::print("    --param {}=…\n", name);
  }
  if (!all.empty()) fmt::print(stderr, "next: slipway ingest {}\n", all.front().pipeline);
}

}  // namespace

int run_check(const std::optional<Path>& config_file, bool defaults, bool as_json) {
  const Result<Path> file = config::find(config_file);
  if (!file) return complain(file.error(), as_json);
  const Result<config::Config> config = config::load(*file);
  if (!config) return complain(config.error(), as_json);
  if (defaults) {
    fmt::print("{}", config::with_defaults(*config));
    return 0;
  }
  const Result<std::vector<Found>> found = look_at_all(*config);
  if (!found) return complain(found.error(), as_json);
  const std::vector<Error> warnings = missing_secrets(*config);
  for (const Error& warning : warnings) fmt::print(stderr, "warning: {}\n", warning.text());
  if (as_json)
    print_json(*config, *found, warnings);
  else
    print_text(*config, *found);
  return 0;
}

}  // namespace slipway::commands
