// The settings of `dialect`: delimiter, quote, escape, nulls, header, names, ragged.
#include "base/config/dialect_settings.hpp"

#include <algorithm>
#include <array>

namespace slipway::config {
namespace {

constexpr std::string_view one_character =
    "one ASCII character (not a letter, a digit, a line end or a space), or `tab` or `space`";

std::optional<char> read_character(const Value& value) {
  if (value.type != Value::Type::text) return {};
  if (value.text == "tab" || value.text == "\\t") return '\t';
  if (value.text == "space") return ' ';
  if (value.text.size() != 1) return {};
  const char c = value.text[0];
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return (c > ' ' && c < 0x7F && !letter) || c == '\t' || c == '\x1f' ? std::optional(c) : std::nullopt;
}

std::string show_character(char c) {
  if (c == 0) return "none";
  return c == '\t' ? "tab" : c == ' ' ? "space" : std::string(1, c);
}

// With `or_none`, the text `none` says that there is no such character.
template <Key key, std::optional<char> Dialect::*member, bool or_none>
constexpr Setting<Dialect> character() {
  return {key.view(),
          [](const Scope& scope, const Value& value, Dialect& dialect) {
            const bool none = or_none && value.type == Value::Type::text && value.text == "none";
            dialect.*member = none ? std::optional('\0') : read_character(value);
            if (!(dialect.*member))
              expected(scope, key.view(), std::string(one_character) + (or_none ? ", or `none`" : ""), value);
          },
          [](const Dialect& dialect) {
            return dialect.*member ? Value::of(show_character(*(dialect.*member))) : Value();
          }};
}

void read_nulls(const Scope& scope, const Value& value, Dialect& dialect) {
  dialect.nulls.emplace();
  const std::vector<Value> one = {value};
  for (const Value& item : value.type == Value::Type::list ? value.items : one) {
    if (item.type == Value::Type::text)
      dialect.nulls->push_back(item.text);
    else
      expected(scope, "nulls", "a text, or a list of texts", item);
  }
}

void read_header(const Scope& scope, const Value& value, Dialect& dialect) {
  dialect.header = yes_or_no.read(value);
  if (!dialect.header) expected(scope, "header", yes_or_no.expected, value);
}

void read_names(const Scope& scope, const Value& value, Dialect& dialect) {
  const auto names = read_texts(value);
  if (!names || names->empty()) return expected(scope, "names", "a list of the fields' names", value);
  for (const std::string& name : *names)
    if (name.empty() || std::count(names->begin(), names->end(), name) > 1)
      return scope.mistakes.add(value, "`names`{}: `{}` {}", scope.in(), name,
                                name.empty() ? "names nothing" : "stands there twice");
  dialect.names = *names;
}

constexpr std::array dialect_settings = {
    character<"delimiter", &Dialect::delimiter, false>(),
    character<"quote", &Dialect::quote, true>(),
    character<"escape", &Dialect::escape, false>(),
    Setting<Dialect>{
        "nulls", read_nulls,
        [](const Dialect& dialect) { return dialect.nulls ? show_texts(*dialect.nulls) : Value(); }},
    Setting<Dialect>{"header", read_header,
                     [](const Dialect& dialect) {
                       return dialect.header ? Value::of(*dialect.header ? "true" : "false") : Value();
                     }},
    Setting<Dialect>{
        "names", read_names,
        [](const Dialect& dialect) { return dialect.names.empty() ? Value() : show_texts(dialect.names); }},
    field<"ragged", &Dialect::ragged, ragged_name, Dialect>(),
};

// No rows of fields.
bool holds_documents(FileFormat format) {
  return format == FileFormat::ndjson || format == FileFormat::json || format == FileFormat::documents ||
         format == FileFormat::listing;
}

bool same(std::optional<char> one, char other) {
  return one && *one == other;
}

}  // namespace

void read_dialect(const Scope& scope, const Value& map, FileSource& source) {
  if (!is_map(scope, "dialect", map)) return;
  read_settings(scope.part("dialect"), map, std::span<const Setting<Dialect>>(dialect_settings),
                source.dialect);
}

Value show_dialect(const FileSource& source) {
  const FileFormat format = source.format;
  if (holds_documents(format)) return {};
  return show_settings(std::span<const Setting<Dialect>>(dialect_settings), source.dialect);
}

void check_dialect(const Scope& scope, const Value& key, const FileSource& source) {
  const Dialect& dialect = source.dialect;
  const auto complain = [&](const char* what) {
    scope.mistakes.add(key, "`dialect`{}: {}", scope.in(), what);
  };
  if (holds_documents(source.format)) return complain("JSON has none; it belongs to csv, tsv and text");
  const bool text = source.format == FileFormat::text;
  if (text && (dialect.quote || dialect.escape))
    return complain("PostgreSQL's text format has no quotes: a backslash escapes");
  const bool csv = source.format == FileFormat::csv || source.format == FileFormat::by_name;
  const char delimiter = dialect.delimiter.value_or(csv ? ',' : '\t');
  const char quote = dialect.quote.value_or('"');
  if (text && delimiter == '\\') return complain("a backslash cannot be the delimiter, for it escapes");
  if (!text && (quote == delimiter || same(dialect.escape, delimiter)))
    return complain("delimiter, quote and escape must differ");
  if (quote == 0 && dialect.escape) return complain("without quotes there is nothing that `escape` escapes");
}

}  // namespace slipway::config
