// The settings of a pipeline, and of its sources, tables and columns.
#include <array>

#include "base/config/check_settings.hpp"
#include "base/config/settings.hpp"
#include "base/config/source_settings.hpp"

namespace slipway::config {
namespace {

constexpr std::string_view one_or_more_files = "a file pattern, a list of them, or {clone: live}";

void read_schema(const Scope& scope, const Value& value, Pipeline& pipeline) {
  if (value.find("command")) return not_built(scope, "schema: command", value);
  if (const Value* whose = value.find("clone")) {  // no files
    if (value.keys.size() != 1 || whose->type != Value::Type::text || whose->text != "live")
      expected(scope, "schema", "{clone: live}", value);
    return;
  }
  const auto patterns = read_texts(value);
  if (patterns)
    pipeline.schema = *patterns;
  else
    expected(scope, "schema", one_or_more_files, value);
}

Value show_schema(const Pipeline& pipeline) {
  if (!pipeline.schema.empty()) return show_texts(pipeline.schema);
  Value map = Value::map();
  map.add("clone", Value::of("live"));
  return map;
}

// A text that may be empty: `default: ""` and `const: ""` mean the empty text.
template <Key key, std::optional<std::string> Column::*member>
constexpr Setting<Column> text_of() {
  return {key.view(),
          [](const Scope& scope, const Value& value, Column& column) {
            if (value.type == Value::Type::text)
              column.*member = value.text;
            else
              expected(scope, key.view(), "a text or a number", value);
          },
          [](const Column& column) { return column.*member ? Value::of(*(column.*member)) : Value(); }};
}

void read_null_if(const Scope& scope, const Value& value, Column& column) {
  const std::vector<Value> one = {value};
  for (const Value& item : value.type == Value::Type::list ? value.items : one) {
    if (item.type == Value::Type::text)
      column.null_if.push_back(item.text);
    else
      expected(scope, "null_if", "a text, or a list of texts", item);
  }
}

constexpr std::array column_settings = {
    text_of<"path", &Column::path>(),
    text_of<"const", &Column::constant>(),
    text_of<"default", &Column::fallback>(),
    Setting<Column>{
        "null_if", read_null_if,
        [](const Column& column) { return column.null_if.empty() ? Value() : show_texts(column.null_if); }},
    field<"trim", &Column::trim, yes_or_no, Column>(),
};

void read_column(const Scope& scope, const Value& key, const Value& value, Table& table) {
  Column column;
  column.name = key.text;
  column.at = scope.mistakes.at(key);
  const Scope inner = scope.within(fmt::format("column `{}` of {}", key.text, scope.what));
  if (value.type == Value::Type::text && !value.text.empty()) {
    column.path = value.text;
  } else if (value.type == Value::Type::map) {
    read_settings(inner, value, std::span<const Setting<Column>>(column_settings), column);
  } else {
    expected(scope, key.text, "a CSV header, a JSON pointer such as /id, or a map", value);
  }
  if (column.path && column.constant)
    scope.mistakes.add(key, "{} has both `path` and `const`; expected one of them", inner.what);
  if (column.path && column.path->empty()) scope.mistakes.add(key, "`path` of {} is empty", inner.what);
  if (key.text.size() > 63) scope.mistakes.add(key, "`{}`: a column's name has at most 63 bytes", key.text);
  table.columns.push_back(std::move(column));
}

void read_columns(const Scope& scope, const Value& map, Table& table) {
  if (!is_map(scope, "columns", map)) return;
  if (map.keys.empty())
    return expected(scope, "columns", "at least one column; without `columns`, names match names", map);
  for (std::size_t i = 0; i < map.keys.size(); ++i) read_column(scope, map.keys[i], map.items[i], table);
}

Value show_columns(const Table& table) {
  Value map = Value::map();
  for (const Column& column : table.columns)
    map.add(column.name, show_settings(std::span<const Setting<Column>>(column_settings), column));
  return map.keys.empty() ? Value() : map;
}

constexpr auto from = field<"from", &Table::from, plain_text, Table>();
constexpr auto sql_file = field<"sql", &Table::sql, plain_text, Table>();
constexpr auto scope_text = field<"scope", &Table::scope, plain_text, Table>();

void read_id(const Scope& scope, const Value& value, Table& table) {
  table.stable_id = value.type == Value::Type::text && value.text == "stable";
  if (!table.stable_id) expected(scope, "id", "stable", value);
}

constexpr auto where = field<"where", &Table::where, plain_text, Table>();

constexpr std::array table_settings = {
    Setting<Table>{"from", from.read,
                   [](const Table& table) { return table.from.empty() ? Value() : Value::of(table.from); }},
    Setting<Table>{"sql", sql_file.read,
                   [](const Table& table) { return table.sql.empty() ? Value() : Value::of(table.sql); }},
    Setting<Table>{"columns", read_columns, show_columns},
    field<"duplicates", &Table::duplicates, duplicates_name, Table>(),
    Setting<Table>{"where", where.read,
                   [](const Table& table) { return table.where.empty() ? Value() : Value::of(table.where); }},
    list_of<"exclude", &Table::exclude, name_text>(),
    field<"limit", &Table::limit, row_limit, Table>(),
    list_of<"key", &Table::key, name_text>(),
    Setting<Table>{"id", read_id,
                   [](const Table& table) { return table.stable_id ? Value::of("stable") : Value(); }},
    Setting<Table>{"scope", scope_text.read,
                   [](const Table& table) { return table.scope.empty() ? Value() : Value::of(table.scope); }},
};

void read_tables(const Scope& scope, const Value& map, Pipeline& pipeline) {
  if (!is_map(scope, "tables", map)) return;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const Scope inner = scope.within(fmt::format("table `{}` of {}", map.keys[i].text, scope.what));
    if (!is_map(inner, map.keys[i].text, map.items[i])) continue;
    Table table;
    table.name = map.keys[i].text;
    table.at = scope.mistakes.at(map.keys[i]);
    for (const Value& key : map.items[i].keys) table.keys_at[key.text] = scope.mistakes.at(key);
    if (!map.items[i].find("from") && !map.items[i].find("sql"))
      scope.mistakes.add(map.items[i], "`from` (or `sql`) is missing{}", inner.in());
    read_settings(inner, map.items[i], std::span<const Setting<Table>>(table_settings), table);
    pipeline.tables.push_back(std::move(table));
  }
}

Value show_tables(const Pipeline& pipeline) {
  Value map = Value::map();
  for (const Table& table : pipeline.tables)
    map.add(table.name, show_settings(std::span<const Setting<Table>>(table_settings), table));
  return map;
}

// Each with its default: `params: {dataset: null, mode: full}`.
void read_params(const Scope& scope, const Value& map, Pipeline& pipeline) {
  if (!is_map(scope, "params", map)) return;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const Value& value = map.items[i];
    if (value.type == Value::Type::text)
      pipeline.params[map.keys[i].text] = value.text;
    else if (value.type == Value::Type::nothing)
      pipeline.params[map.keys[i].text] = std::nullopt;
    else
      expected(scope.part("params"), map.keys[i].text, "its default: a text, a number or null", value);
  }
}

Value show_params(const Pipeline& pipeline) {
  Value map = Value::map();
  for (const auto& [name, value] : pipeline.params) map.add(name, value ? Value::of(*value) : Value());
  return map.keys.empty() ? Value() : map;
}

void read_max(const Scope& scope, const Value& value, Rejects& rejects) {
  const std::optional<std::int64_t> rows = row_count.read(value);
  rejects.max_set = true;
  if (rows)
    rejects.max = *rows;
  else
    expected(scope, "max", row_count.expected, value);
}

void read_max_percent(const Scope& scope, const Value& value, Rejects& rejects) {
  const std::optional<double> share = percent.read(value);
  rejects.max_percent_set = true;
  if (share)
    rejects.max_percent = *share;
  else
    expected(scope, "max_percent", percent.expected, value);
}

// Neither given is the same as `max: 0`, and is shown so.
constexpr std::array reject_settings = {
    Setting<Rejects>{"max", read_max,
                     [](const Rejects& rejects) {
                       return rejects.max_set || !rejects.max_percent_set ? shown(row_count, rejects.max)
                                                                          : Value();
                     }},
    Setting<Rejects>{"max_percent", read_max_percent,
                     [](const Rejects& rejects) {
                       return rejects.max_percent_set ? shown(percent, rejects.max_percent) : Value();
                     }},
};

void read_rejects(const Scope& scope, const Value& map, Pipeline& pipeline) {
  if (!is_map(scope, "rejects", map)) return;
  const Scope inner = scope.part("rejects");
  read_settings(inner, map, std::span<const Setting<Rejects>>(reject_settings), pipeline.rejects);
}

constexpr std::array settings = {
    field<"target", &Pipeline::target, name_text, Pipeline>(Need::required),
    field<"start", &Pipeline::start, start_name, Pipeline>(),
    Setting<Pipeline>{"schema", read_schema, show_schema, Need::required},
    unbuilt<Pipeline>("prepare"),
    Setting<Pipeline>{"sources", read_sources, show_sources, Need::required},
    Setting<Pipeline>{"tables", read_tables, show_tables, Need::required},
    Setting<Pipeline>{"params", read_params, show_params},
    Setting<Pipeline>{"rejects", read_rejects,
                      [](const Pipeline& pipeline) {
                        return show_settings(std::span<const Setting<Rejects>>(reject_settings),
                                             pipeline.rejects);
                      }},
    Setting<Pipeline>{"checks", read_checks, show_checks},
    unbuilt<Pipeline>("search"),
    field<"promote", &Pipeline::promote, promote_name, Pipeline>(),
    unbuilt<Pipeline>("schedule"),
    unbuilt<Pipeline>("sync"),
};

}  // namespace

std::span<const Setting<Pipeline>> pipeline_settings() {
  return settings;
}

}  // namespace slipway::config
