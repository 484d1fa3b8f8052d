// What must hold of a snapshot's tables before it is ready: each entry of `checks` is one kind, for one or
// more tables.
#include "base/config/check_settings.hpp"

#include <array>

namespace slipway::config {
namespace {

constexpr std::string_view known_kinds = "unique, not_null, accepted, references, rows, sql";
constexpr std::string_view column_list = "a column, or a list of columns";

// Where a check is being read: of which kind it is, and what all of one entry have in common.
struct Entry {
  const Scope& scope;
  std::string_view kind;
  Severity severity;
  Pipeline& pipeline;

  template <class What>
  void add(const Value& key, What what) const {
    pipeline.checks.push_back({std::move(what), severity, scope.mistakes.at(key)});
  }
};

// "run.dataset_id"; a table may be qualified by its schema.
bool split(const std::string& text, std::string& table, std::string& column) {
  const std::size_t dot = text.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == text.size()) return false;
  table = text.substr(0, dot);
  column = text.substr(dot + 1);
  return true;
}

void read_unique(const Entry& entry, const Value& key, const Value& value) {
  const auto columns = read_texts(value);
  if (!columns || columns->empty()) return expected(entry.scope, key.text, column_list, value);
  entry.add(key, UniqueCheck{key.text, *columns});
}

void read_not_null(const Entry& entry, const Value& key, const Value& value) {
  const auto columns = read_texts(value);
  if (!columns || columns->empty()) return expected(entry.scope, key.text, column_list, value);
  entry.add(key, NotNullCheck{key.text, *columns});
}

void read_accepted(const Entry& entry, const Value& key, const Value& value) {
  AcceptedCheck check;
  const auto values = read_texts(value);
  if (!split(key.text, check.table, check.column))
    return entry.scope.mistakes.add(key, "`{}`{}: expected TABLE.COLUMN", key.text, entry.scope.in());
  if (!values || values->empty()) return expected(entry.scope, key.text, "a list of values", value);
  check.values = *values;
  entry.add(key, std::move(check));
}

void read_references(const Entry& entry, const Value& key, const Value& value) {
  ReferencesCheck check;
  if (!split(key.text, check.table, check.column))
    return entry.scope.mistakes.add(key, "`{}`{}: expected TABLE.COLUMN", key.text, entry.scope.in());
  if (value.type != Value::Type::text || !split(value.text, check.other_table, check.other_column))
    return expected(entry.scope, key.text, "the TABLE.COLUMN that it refers to", value);
  entry.add(key, std::move(check));
}

template <Key key, std::optional<std::int64_t> RowsCheck::*member>
constexpr Setting<RowsCheck> bound() {
  return {
      key.view(),
      [](const Scope& scope, const Value& value, RowsCheck& check) {
        check.*member = row_count.read(value);
        if (!(check.*member)) expected(scope, key.view(), row_count.expected, value);
      },
      [](const RowsCheck& check) { return check.*member ? shown(row_count, *(check.*member)) : Value(); }};
}

constexpr std::array rows_settings = {
    bound<"min", &RowsCheck::min>(),
    bound<"max", &RowsCheck::max>(),
    field<"min_vs_live", &RowsCheck::min_vs_live_percent, optional_percent, RowsCheck>(),
};

void read_rows(const Entry& entry, const Value& key, const Value& value) {
  const Scope inner = entry.scope.within(fmt::format("`{}`{}", key.text, entry.scope.in()));
  if (value.type != Value::Type::map || value.keys.empty())
    return expected(entry.scope, key.text, "a map of min, max or min_vs_live", value);
  RowsCheck check;
  check.table = key.text;
  read_settings(inner, value, std::span<const Setting<RowsCheck>>(rows_settings), check);
  if (check.min && check.max && *check.min > *check.max)
    entry.scope.mistakes.add(key, "`min` is greater than `max`{}", inner.in());
  entry.add(key, std::move(check));
}

constexpr std::array sql_settings = {
    field<"name", &SqlCheck::name, plain_text, SqlCheck>(Need::required),
    field<"query", &SqlCheck::query, plain_text, SqlCheck>(Need::required),
    field<"expect", &SqlCheck::expect, expect_name, SqlCheck>(),
};

struct Kind {
  std::string_view key;
  void (*read)(const Entry&, const Value& key, const Value& value);
};

constexpr std::array kinds = {
    Kind{"unique", read_unique},         Kind{"not_null", read_not_null}, Kind{"accepted", read_accepted},
    Kind{"references", read_references}, Kind{"rows", read_rows},
};

void read_severity(const Scope& scope, const Value& value, Severity& severity) {
  if (const auto read = severity_name.read(value))
    severity = *read;
  else
    expected(scope, "severity", severity_name.expected, value);
}

// `severity` may stand inside as well as beside it.
void read_sql(Entry entry, const Value& key, Value value) {
  if (!is_map(entry.scope, "sql", value)) return;
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    if (value.keys[i].text != "severity") continue;
    read_severity(entry.scope, value.items[i], entry.severity);
    value.keys.erase(value.keys.begin() + static_cast<std::ptrdiff_t>(i));
    value.items.erase(value.items.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  SqlCheck check;
  read_settings(entry.scope, value, std::span<const Setting<SqlCheck>>(sql_settings), check);
  entry.add(key, std::move(check));
}

void read_kind(const Entry& entry, const Value& key, const Value& value) {
  if (entry.kind == "sql") return read_sql(entry, key, value);
  const auto kind =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& k) { return k.key == entry.kind; });
  if (kind == kinds.end())
    return entry.scope.mistakes.add(key, "unknown check `{}`; expected one of: {}", key.text, known_kinds);
  if (!is_map(entry.scope, entry.kind, value)) return;
  if (value.keys.empty()) return expected(entry.scope, entry.kind, "at least one table", value);
  for (std::size_t i = 0; i < value.keys.size(); ++i) kind->read(entry, value.keys[i], value.items[i]);
}

void read_entry(const Scope& scope, const Value& map, Pipeline& pipeline) {
  if (!is_map(scope, "checks", map)) return;
  Severity severity = Severity::error;
  int checks = 0;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i].text == "severity")
      read_severity(scope, map.items[i], severity);
    else
      ++checks;
  }
  if (checks != 1)
    return scope.mistakes.add(
        map, "an entry of `checks` holds one check, and `severity` at most; known are: {}", known_kinds);
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i].text == "severity") continue;
    const Scope inner = scope.within(fmt::format("`{}` of `checks` of {}", map.keys[i].text, scope.what));
    read_kind({inner, map.keys[i].text, severity, pipeline}, map.keys[i], map.items[i]);
  }
}

// --- Shown again, one entry a check. ---

Value under(const std::string& key, Value value) {
  Value map = Value::map();
  map.add(key, std::move(value));
  return map;
}

struct Shown {
  std::string_view kind;
  Value value;
};

Shown show(const UniqueCheck& check) {
  return {"unique", under(check.table, show_texts(check.columns))};
}
Shown show(const NotNullCheck& check) {
  return {"not_null", under(check.table, show_texts(check.columns))};
}
Shown show(const AcceptedCheck& check) {
  return {"accepted", under(check.table + "." + check.column, show_texts(check.values))};
}
Shown show(const ReferencesCheck& check) {
  return {"references",
          under(check.table + "." + check.column, Value::of(check.other_table + "." + check.other_column))};
}
Shown show(const RowsCheck& check) {
  return {"rows",
          under(check.table, show_settings(std::span<const Setting<RowsCheck>>(rows_settings), check))};
}
Shown show(const SqlCheck& check) {
  return {"sql", show_settings(std::span<const Setting<SqlCheck>>(sql_settings), check)};
}

}  // namespace

void read_checks(const Scope& scope, const Value& list, Pipeline& pipeline) {
  if (list.type != Value::Type::list)
    return expected(scope, "checks", "a list, each entry one of: " + std::string(known_kinds), list);
  for (const Value& entry : list.items) read_entry(scope, entry, pipeline);
}

Value show_checks(const Pipeline& pipeline) {
  Value list = Value::list();
  for (const Check& check : pipeline.checks) {
    Shown shown_check = std::visit([](const auto& what) { return show(what); }, check.what);
    Value& entry = list.items.emplace_back(Value::map());
    entry.add(shown_check.kind, std::move(shown_check.value));
    entry.add("severity", shown(severity_name, check.severity));
  }
  return list.items.empty() ? Value() : list;
}

}  // namespace slipway::config
