#include "daemon/ingest/sql/file.hpp"

#include <algorithm>

#include "base/config/config.hpp"
#include "base/config/suggest.hpp"
#include "base/files.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t sql_bytes_max = 4U << 20U;

std::string meant(const std::string& typed, const std::vector<std::string_view>& known) {
  const std::string near = config::nearest(typed, known);
  if (!near.empty()) return fmt::format("did you mean {}?", near);
  return known.empty() ? "there is none" : "there is: " + joined(known);
}

Done check_source(const config::Pipeline& pipeline, const SqlText& text, const SqlReference& one) {
  if (one.kind != SqlReference::Kind::source || pipeline.sources.count(one.name)) return {};
  if (pipeline.upstreams.count(one.name)) {
    if (!one.second.empty()) return {};
    return error(Kind::usage, "source {} is a database: which table of it?", one.name)
        .at(text.position(one.offset))
        .next(fmt::format("write source.{}.TABLE", one.name));
  }
  std::vector<std::string_view> known;
  for (const auto& [name, source] : pipeline.sources) known.push_back(name);
  for (const auto& [name, source] : pipeline.upstreams) known.push_back(name);
  return error(Kind::usage, "there is no source {}", one.name)
      .at(text.position(one.offset))
      .next(meant(one.name, known));
}

Result<SqlTable> read_table(const config::Config& config, const config::Pipeline& pipeline,
                            const config::Table& table) {
  const auto key = [&](const char* name) {
    const auto at = table.keys_at.find(name);
    return at == table.keys_at.end() ? table.at : at->second;
  };
  const Path path = config.folder / table.sql;
  Result<std::string> text = real_files().read(path, sql_bytes_max);
  if (!text)
    return error(Kind::usage, "cannot read the query of table {}", table.name)
        .because(std::move(text).error())
        .at(key("sql"))
        .next(fmt::format("`sql` is a file, relative to {}", config.folder.string()));
  SqlTable found{&table, TRY(read_sql(std::move(*text), table.sql)), std::nullopt};
  if (!table.scope.empty()) found.scope = TRY(read_expression(table.scope, key("scope")));
  for (const SqlReference& one : found.query.references) TRY(check_source(pipeline, found.query, one));
  if (found.scope)
    for (const SqlReference& one : found.scope->references)
      if (one.kind != SqlReference::Kind::parameter)
        return error(Kind::usage,
                     "a scope names columns, parameters and tables of the snapshot: {} has no place there",
                     one.kind == SqlReference::Kind::source ? "source." + one.name : "live." + one.name)
            .at(key("scope"));
  return found;
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Hands every {name} of a pattern to `say`, and puts its answer in its place.
template <class Say>
std::string replaced(const std::string& pattern, const Say& say) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    std::size_t end = i + 1;
    while (pattern[i] == '{' && end < pattern.size() && in_name(pattern[end])) ++end;
    const bool parameter = pattern[i] == '{' && end > i + 1 && end < pattern.size() && pattern[end] == '}';
    out += parameter ? say(pattern.substr(i + 1, end - i - 1)) : pattern.substr(i, 1);
    if (parameter) i = end;
  }
  return out;
}

template <class Say>
config::Pipeline with_patterns(config::Pipeline pipeline, const Say& say) {
  for (auto& [name, source] : pipeline.sources)
    for (std::string& pattern : source.patterns) pattern = replaced(pattern, say);
  return pipeline;
}

std::string matching_itself(const std::string& value) {
  std::string out;
  for (const char c : value) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

Result<std::vector<SqlTable>> read_sql_tables(const config::Config& config, const config::Pipeline& pipeline,
                                              const std::vector<std::string>& only) {
  std::vector<SqlTable> tables;
  for (const config::Table& table : pipeline.tables) {
    const bool wanted = only.empty() || std::find(only.begin(), only.end(), table.name) != only.end();
    if (!table.sql.empty() && wanted) tables.push_back(TRY(read_table(config, pipeline, table)));
  }
  return tables;
}

std::map<std::string, Position> parameters_of(const config::Pipeline& pipeline,
                                              const std::vector<SqlTable>& tables) {
  std::map<std::string, Position> found;
  const auto add = [&](const SqlText& text) {
    for (const SqlReference& one : text.references)
      if (one.kind == SqlReference::Kind::parameter) found.emplace(one.name, text.position(one.offset));
  };
  for (const SqlTable& table : tables) {
    add(table.query);
    if (table.scope) add(*table.scope);
  }
  for (const auto& [name, source] : pipeline.sources)
    for (const std::string& pattern : source.patterns)
      replaced(pattern, [&, &at = source.at](const std::string& parameter) {
        found.emplace(parameter, at);
        return std::string();
      });
  return found;
}

Done check_params(const config::Pipeline& pipeline, const std::vector<SqlTable>& tables,
                  const Params& params) {
  const std::map<std::string, Position> named = parameters_of(pipeline, tables);
  std::vector<std::string_view> known;
  for (const auto& [name, at] : named) known.push_back(name);
  for (const auto& [name, value] : pipeline.params) known.push_back(name);
  for (const auto& [name, value] : params)
    if (std::find(known.begin(), known.end(), name) == known.end())
      return error(Kind::usage, "pipeline {} has no parameter {}", pipeline.name, name)
          .next(meant(name, known));
  for (const auto& [name, at] : named)
    if (!params.count(name) && !pipeline.params.count(name))
      return error(Kind::usage, "parameter {} has no value", name)
          .at(at)
          .next(fmt::format("give it with --param {}=VALUE, or a default with `params` of pipeline {}", name,
                            pipeline.name));
  for (const auto& [source_name, source] : pipeline.sources)
    for (const std::string& pattern : source.patterns) {
      std::string without;
      replaced(pattern, [&](const std::string& parameter) {
        const std::optional<std::string> value = value_of(pipeline, params, parameter);
        if (!value || value->empty() || value->find('/') != std::string::npos || *value == "." ||
            *value == "..")
          without = parameter;
        return std::string();
      });
      if (!without.empty())
        return error(Kind::usage,
                     "parameter {} stands in the files of source {}, and its value is no part of a path: {}",
                     without, source_name, value_of(pipeline, params, without).value_or("null"))
            .at(source.at);
    }
  return {};
}

std::optional<std::string> value_of(const config::Pipeline& pipeline, const Params& params,
                                    const std::string& name) {
  if (const auto given = params.find(name); given != params.end()) return given->second;
  const auto fallback = pipeline.params.find(name);
  return fallback == pipeline.params.end() ? std::nullopt : fallback->second;
}

config::Pipeline with_params(config::Pipeline pipeline, const Params& params) {
  const config::Pipeline before = pipeline;
  return with_patterns(std::move(pipeline), [&](const std::string& name) {
    return matching_itself(value_of(before, params, name).value_or(""));
  });
}

config::Pipeline with_any_params(config::Pipeline pipeline) {
  return with_patterns(std::move(pipeline), [](const std::string&) { return std::string("*"); });
}

}  // namespace slipway::ingest
