// The settings of a pipeline's sources: files, and upstream PostgreSQL servers.
#include "base/config/source_settings.hpp"

#include <array>

#include "base/config/dialect_settings.hpp"
#include "base/config/from.hpp"
#include "base/config/secret_settings.hpp"

namespace slipway::config {
namespace {

void read_files(const Scope& scope, const Value& value, FileSource& source) {
  const auto patterns = read_texts(value);
  if (patterns)
    source.patterns = *patterns;
  else
    expected(scope, "files", "a file pattern, or a list of them", value);
}

constexpr std::array file_settings_of_source = {
    Setting<FileSource>{"files", read_files,
                        [](const FileSource& source) { return show_texts(source.patterns); }, Need::required},
    field<"format", &FileSource::format, file_format_name, FileSource>(),
    Setting<FileSource>{"dialect", read_dialect, show_dialect},
    unbuilt<FileSource>("postgres"),
    unbuilt<FileSource>("mongo"),
    unbuilt<FileSource>("s3"),
};

constexpr std::array uri_settings = {
    conninfo<"uri", &PostgresSource::uri>(),
    secret_file<"uri_file", &PostgresSource::uri>(),
    secret_variable<"uri_env", &PostgresSource::uri>(),
};

void read_postgres(const Scope& scope, const Value& map, PostgresSource& source) {
  if (!is_map(scope, "postgres", map)) return;
  const Scope inner = scope.part("postgres");
  read_settings(inner, map, std::span<const Setting<PostgresSource>>(uri_settings), source);
  const bool any = map.find("uri") || map.find("uri_file") || map.find("uri_env");
  if (!any)
    scope.mistakes.add(map, "`uri_file` (or `uri_env`, or a `uri` without a password) is missing{}",
                       inner.in());
}

Value show_postgres(const PostgresSource& source) {
  return show_settings(std::span<const Setting<PostgresSource>>(uri_settings), source);
}

constexpr std::array postgres_settings = {
    Setting<PostgresSource>{"postgres", read_postgres, show_postgres, Need::required},
};

// The kind of source that stands there; the first of them where there are several.
const Value* kind_of(const Value& map) {
  for (const Value& key : map.keys)
    for (const std::string_view kind : {"files", "postgres", "mongo", "s3"})
      if (key.text == kind) return &key;
  return nullptr;
}

void read_source(const Scope& scope, const Value& key, const Value& map, Pipeline& pipeline) {
  const Position at = scope.mistakes.at(key);
  const Value* kind = kind_of(map);
  if (kind != nullptr && (kind->text == "mongo" || kind->text == "s3"))
    return not_built(scope, kind->text, *kind);
  if (map.find("files") && map.find("postgres"))
    return scope.mistakes.add(key, "{} has both `files` and `postgres`; expected one of them", scope.what);
  if (kind == nullptr || kind->text == "files") {
    FileSource source;
    source.name = key.text;
    source.at = at;
    for (const Value& inner : map.keys) source.keys_at.emplace(inner.text, scope.mistakes.at(inner));
    read_settings(scope, map, std::span<const Setting<FileSource>>(file_settings_of_source), source);
    if (const Value* dialect = map.find_key("dialect")) check_dialect(scope, *dialect, source);
    pipeline.sources.emplace(source.name, std::move(source));
    return;
  }
  // `from` says which table after a dot.
  if (key.text.find_first_of(".\"") != std::string::npos)
    scope.mistakes.add(key, "`{}`: the name of a postgres source holds neither a dot nor a quote", key.text);
  PostgresSource source{key.text, {}, at};
  read_settings(scope, map, std::span<const Setting<PostgresSource>>(postgres_settings), source);
  pipeline.upstreams.emplace(source.name, std::move(source));
}

std::string known_sources(const Pipeline& pipeline, const std::string& typed) {
  std::vector<std::string_view> known;
  for (const auto& [name, source] : pipeline.sources) known.push_back(name);
  for (const auto& [name, source] : pipeline.upstreams) known.push_back(name);
  const std::string near = nearest(typed, known);
  if (!near.empty()) return fmt::format("did you mean `{}`?", near);
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  return names.empty() ? "there is none" : "there is: " + names;
}

// One table's settings held against its source.
class TableCheck {
 public:
  TableCheck(const Pipeline& pipeline, const Table& table, Mistakes& mistakes)
      : pipeline_(pipeline), table_(table), mistakes_(mistakes) {}

  void run() {
    of_query();
    if (table_.from.empty()) return;
    if (pipeline_.sources.count(table_.from)) return of_files();
    const std::optional<From> from = split_from(table_.from);
    if (!from)
      return complain("from", fmt::format("`{}` names no source; expected SOURCE, SOURCE.TABLE or "
                                          "SOURCE.SCHEMA.TABLE, a name with a dot in double quotes",
                                          table_.from));
    if (pipeline_.upstreams.count(from->source)) return of_upstream(*from);
    if (pipeline_.sources.count(from->source))
      return complain(
          "from", fmt::format("source `{0}` is files and has no tables; expected `from: {0}`", from->source));
    mistakes_.add(table_.at,
                  fmt::format("table `{}` of pipeline `{}`: there is no source `{}`; {}", table_.name,
                              pipeline_.name, from->source, known_sources(pipeline_, from->source)));
  }

 private:
  // What belongs to a query, and what to a source that rows are taken from as they are.
  void of_query() {
    const bool query = !table_.sql.empty();
    for (const char* key : {"key", "id", "scope"})
      if (!query && table_.keys_at.count(key))
        complain(key, fmt::format("`{}` has no place there: only a table with `sql` has it", key));
    if (!query) return;
    if (!table_.from.empty()) return complain("sql", "it has both `from` and `sql`; expected one of them");
    for (const char* key : {"columns", "where", "exclude", "limit"})
      if (table_.keys_at.count(key))
        complain(key, fmt::format("`{}` has no place there: the query says it", key));
    if (table_.stable_id && table_.key.empty())
      complain("id", "`id: stable` needs a `key`: which columns say that a row is the same as live's?");
    if (table_.duplicates == Duplicates::reject && table_.key.empty())
      complain("duplicates", "`duplicates: reject` needs a `key`: which columns say that rows are the same?");
    if (!table_.scope.empty() && pipeline_.start != Start::live)
      complain("scope",
               "`scope` needs `start: live` in its pipeline: without it, what is outside would be lost");
  }

  void of_files() {
    const FileFormat format = pipeline_.sources.at(table_.from).format;
    if (format == FileFormat::documents || format == FileFormat::listing)
      complain(
          "from",
          fmt::format("source `{0}` is {1}: a table takes it by a query (`sql: FILE.sql`), as source.{0}",
                      table_.from, format == FileFormat::listing ? "a listing" : "documents"));
    for (const char* key : {"where", "exclude", "limit"})
      if (table_.keys_at.count(key))
        complain(key, fmt::format("`{}` has no place there: only a postgres source has it, and `{}` is files",
                                  key, table_.from));
  }

  void of_upstream(const From& from) {
    if (from.table.empty())
      complain("from",
               fmt::format("source `{0}` is a database; expected which table of it: `from: {0}.TABLE` "
                           "or `from: {0}.SCHEMA.TABLE`",
                           from.source));
    if (from.schema.size() > 63 || from.table.size() > 63)
      complain("from", fmt::format("`{}`: the name of a table or schema has at most 63 bytes", table_.from));
    if (table_.keys_at.count("columns"))
      complain("columns",
               "`columns` with a postgres source is not built yet in this version; names match names: remove "
               "it, and read from a view of the upstream where names differ");
    if (table_.duplicates == Duplicates::reject)
      complain("duplicates",
               "`duplicates: reject` has no place there: rows of a postgres source are never rejected; leave "
               "them out with `where`");
  }

  void complain(const std::string& key, const std::string& what) {
    const auto at = table_.keys_at.find(key);
    mistakes_.add(at == table_.keys_at.end() ? table_.at : at->second,
                  fmt::format("table `{}` of pipeline `{}`: {}", table_.name, pipeline_.name, what));
  }

  const Pipeline& pipeline_;
  const Table& table_;
  Mistakes& mistakes_;
};

}  // namespace

void read_sources(const Scope& scope, const Value& map, Pipeline& pipeline) {
  if (!is_map(scope, "sources", map)) return;
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    const Scope inner = scope.within(fmt::format("source `{}` of {}", map.keys[i].text, scope.what));
    if (is_map(inner, map.keys[i].text, map.items[i]))
      read_source(inner, map.keys[i], map.items[i], pipeline);
  }
}

Value show_sources(const Pipeline& pipeline) {
  Value map = Value::map();
  for (const auto& [name, source] : pipeline.sources)
    map.add(name, show_settings(std::span<const Setting<FileSource>>(file_settings_of_source), source));
  for (const auto& [name, source] : pipeline.upstreams)
    map.add(name, show_settings(std::span<const Setting<PostgresSource>>(postgres_settings), source));
  return map;
}

void check_source(const Pipeline& pipeline, const Table& table, Mistakes& mistakes) {
  TableCheck(pipeline, table, mistakes).run();
}

}  // namespace slipway::config
