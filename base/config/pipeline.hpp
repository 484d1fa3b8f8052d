// `pipelines:` of slipway.yaml: what builds a snapshot of a target.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/config/secret.hpp"
#include "base/error.hpp"

namespace slipway::config {

enum class Promote { manual, automatic };
enum class Duplicates { fail, reject };
enum class Start { empty, live };  // what a build begins with
// documents: each file is one; listing: the files themselves, unread. Both for queries.
enum class FileFormat { by_name, csv, tsv, text, ndjson, json, documents, listing };
enum class Ragged { reject, pad };  // what becomes of a row with too few fields

// How files of rows and fields are written. What is not given follows from the format.
struct Dialect {
  std::optional<char> delimiter;                  // of csv a comma; of tsv and text a tab
  std::optional<char> quote;                      // 0: there is none
  std::optional<char> escape;                     // of a quote inside quotes; by default another quote
  std::optional<std::vector<std::string>> nulls;  // what means null, where it stands without quotes
  std::optional<bool> header;                     // the first line has the names; of text it has not
  std::vector<std::string> names;                 // of the fields, in order
  Ragged ragged = Ragged::reject;
};

struct FileSource {
  std::string name;
  std::vector<std::string> patterns;  // as written: relative to the config file, globs allowed, one or a list
  FileFormat format = FileFormat::by_name;
  Dialect dialect;
  Position at;
  std::map<std::string, Position> keys_at;  // where each of its keys stands
};

// A PostgreSQL server that tables are read from.
struct PostgresSource {
  std::string name;
  Secret uri;
  Position at;
};

// How one column is filled: at most one of path and constant; neither means the field of the column's own
// name.
struct Column {
  std::string name;
  std::optional<std::string> path;      // a CSV header, or a JSON pointer that begins with '/'
  std::optional<std::string> constant;  // `const:`
  std::optional<std::string> fallback;  // `default:` where the field is missing or null
  std::vector<std::string> null_if;
  bool trim = false;
  Position at;
};

struct Table {
  std::string name;
  std::string from;              // a source of files, or a table of an upstream: see from.hpp; or:
  std::string sql;               // the file of the query that fills it, relative to the config file
  std::vector<std::string> key;  // of a query's rows: the natural key
  bool stable_id = false;        // `id: stable`: the ids that live has for the same natural key
  std::string scope;             // the rows that are replaced, as an expression; empty: all
  std::vector<Column> columns;   // empty: by name
  Duplicates duplicates = Duplicates::fail;
  std::string where;                 // of an upstream's rows, in its SQL; empty: all
  std::vector<std::string> exclude;  // columns of the upstream that are left out
  std::optional<std::int64_t> limit;
  Position at;
  std::map<std::string, Position> keys_at;  // where each of its keys stands
};

enum class Severity { warn, error };
enum class Expect { empty, truth };

// One of `checks`: what must hold of the tables when they are filled. Null is never held against a column
// but by not_null.
struct UniqueCheck {
  std::string table;
  std::vector<std::string> columns;  // together
};
struct NotNullCheck {
  std::string table;
  std::vector<std::string> columns;  // each
};
struct AcceptedCheck {
  std::string table, column;
  std::vector<std::string> values;  // as text
};
struct ReferencesCheck {
  std::string table, column;
  std::string other_table, other_column;
};
struct RowsCheck {
  std::string table;
  std::optional<std::int64_t> min, max;
  std::optional<double> min_vs_live_percent;
};
struct SqlCheck {
  std::string name;
  std::string query;
  Expect expect = Expect::empty;
};
struct Check {
  std::variant<UniqueCheck, NotNullCheck, AcceptedCheck, ReferencesCheck, RowsCheck, SqlCheck> what;
  Severity severity = Severity::error;
  Position at;
};

struct Rejects {
  std::int64_t max = 0;  // per table
  double max_percent =
      0;  // per table; 0 with max 0: no reject allowed. Exceeding either one that is set fails.
  bool max_set = false;
  bool max_percent_set = false;
};

struct Pipeline {
  std::string name;
  std::string target;
  Start start = Start::empty;
  std::vector<std::string> schema;  // file patterns, relative to the config file
  std::map<std::string, FileSource> sources;
  std::map<std::string, PostgresSource> upstreams;  // `sources:` too; no name is in both
  std::vector<Table> tables;                        // in the file's order
  Rejects rejects;
  std::vector<Check> checks;
  std::map<std::string, std::optional<std::string>> params;  // defaults of parameters; nothing is NULL
  Promote promote = Promote::manual;
  Position at;
};

}  // namespace slipway::config
