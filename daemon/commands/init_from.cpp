#include "daemon/commands/init_from.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "daemon/commands/progress_line.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::commands {
namespace {

using ingest::InferredColumn;
using ingest::InferredTable;

constexpr std::string_view config_head =
    R"text(# Told by `slipway init --from`: look it through and change it. `slipway check --defaults` prints every value in
# force.

home: slipway-home              # everything that Slipway manages lies there

targets:
  portal:
    mode: volume                # each snapshot is a PostgreSQL data directory of its own
    front: 6543                 # where clients connect: psql "$(slipway url portal)"
    verify:                     # asked through the front door after each switch
)text";

constexpr std::string_view schema_head =
    R"text(-- Told by `slipway init --from` from what the files hold: look it through and change it. Only a key was made an
-- index; make those that your queries need.
)text";

// As YAML reads it back, whatever is in it.
std::string yaml(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/' || c == '.' || c == '-';
  });
  const bool word = plain && ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
  for (const char* meant : {"true", "false", "yes", "no", "null", "on", "off", "y", "n"})
    if (text.size() < 6 && text == meant) return '"' + text + '"';
  return word ? text : ingest::json_string(text);
}

// Relative where that is no way around; characters that a pattern gives a meaning stand for themselves.
std::string pattern_of(const Path& file, const Path& folder) {
  const Path absolute = std::filesystem::absolute(file).lexically_normal();
  const Path relative = absolute.lexically_relative(std::filesystem::absolute(folder).lexically_normal());
  const bool below = !relative.empty() && *relative.begin() != "..";
  return ingest::literal_pattern(below ? relative : absolute);
}

std::string names_of(const InferredTable& table) {
  std::string names = table.inputs.front().path.filename().string();
  if (table.inputs.size() > 1) names += fmt::format(" and {} more", table.inputs.size() - 1);
  return names;
}

// A comment is one line, whatever a file is called.
std::string comment(const std::string& text) {
  return ingest::shown_long(text);
}

std::string column_line(const InferredTable& table, std::size_t which, std::size_t width) {
  const InferredColumn& column = table.columns[which];
  std::string line = fmt::format("    {:<{}} {}", column.name, width, column.type);
  if (table.key == which) return line + " PRIMARY KEY";
  if (!column.not_null) return line;
  return line + " NOT NULL";
}

std::string create_table(const InferredTable& table) {
  std::size_t width = 0;
  for (const InferredColumn& column : table.columns) width = std::max(width, column.name.size());
  std::string sql =
      fmt::format("\n-- {}{} rows of {}\nCREATE TABLE {} (\n", table.whole ? "All " : "Told by the first ",
                  grouped(table.rows), comment(names_of(table)), table.name);
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    sql += column_line(table, i, width) + (i + 1 < table.columns.size() ? ",\n" : "\n");
  return sql + ");\n";
}

// A JSON key that begins with a slash would be taken for a pointer.
std::string path_of(const InferredTable& table, const std::string& field) {
  if (!ingest::is_json(table.inputs.front()) || !field.starts_with('/')) return field;
  std::string pointer = "/";
  for (const char c : field) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return pointer;
}

std::string mapping(const InferredTable& table, const InferredColumn& column) {
  const std::string path = yaml(path_of(table, column.field));
  if (!column.empty_is_null) return path;
  return fmt::format("{{path: {}, null_if: [\"\"]}}", path);
}

std::string table_lines(const InferredTable& table) {
  const bool as_named = std::all_of(
      table.columns.begin(), table.columns.end(),
      [](const InferredColumn& column) { return column.name == column.field && !column.empty_is_null; });
  if (as_named) return fmt::format("      {0}: {{from: {0}}}     # names match names\n", table.name);
  std::string lines = fmt::format(
      "      {0}:\n        from: {0}\n        columns:           # ours: the file's\n", table.name);
  for (const InferredColumn& column : table.columns)
    lines += fmt::format("          {}: {}\n", column.name, mapping(table, column));
  return lines;
}

}  // namespace

std::string schema_for(const std::vector<InferredTable>& tables) {
  std::string sql(schema_head);
  for (const InferredTable& table : tables) sql += create_table(table);
  return sql;
}

std::string config_for(const std::vector<InferredTable>& tables, const Path& folder) {
  std::string text(config_head);
  for (const InferredTable& table : tables)
    text += fmt::format("      - sql: select count(*) >= {} from {}\n", table.rows > 0 ? 1 : 0, table.name);
  text +=
      "\npipelines:\n  load:\n    target: portal\n    schema: [schema.sql]        # tables, keys, indexes: "
      "plain SQL\n"
      "    sources:\n";
  for (const InferredTable& table : tables) {
    std::string patterns;
    for (const ingest::Input& input : table.inputs)
      patterns += (patterns.empty() ? "" : ", ") + yaml(pattern_of(input.path, folder));
    text += fmt::format("      {}: {{files: [{}]}}\n", table.name, patterns);
  }
  text += "    tables:\n";
  for (const InferredTable& table : tables) text += table_lines(table);
  return text + "    rejects: {max: 0}           # rows that may be rejected before the job fails\n";
}

Done init_from(const Path& folder, const std::vector<std::string>& samples) {
  std::vector<Path> paths(samples.begin(), samples.end());
  const std::vector<InferredTable> tables = TRY(ingest::infer(paths));
  const std::string config = config_for(tables, folder);
  const std::string schema = schema_for(tables);
  TRY(write_portal(folder, {{"slipway.yaml", config}, {"schema.sql", schema}}));
  for (const InferredTable& table : tables)
    fmt::print(stderr, "table {}: {} columns, told by {}{} rows\n", table.name, table.columns.size(),
               table.whole ? "" : "the first ", grouped(table.rows));
  const std::string go = folder == "." ? std::string() : fmt::format("cd {} && ", folder.string());
  fmt::print(stderr, "next: look through schema.sql, then: {}slipway ingest --dry-run\n", go);
  return {};
}

}  // namespace slipway::commands
