// slipway.yaml as plain values, each with its default. Loading it connects to nothing and starts nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway::config {

enum class Mode { volume, database, schema };
enum class Pool { transaction, session };
enum class Promote { manual, automatic };
enum class Duplicates { fail, reject };

struct SqlProbe {
  std::string query;
  Position at;
};
struct HttpProbe {
  std::string url;
  int expect = 200;
  Position at;
};

struct Keep {
  int last = 3;
  std::optional<Seconds> within;
  std::optional<double> min_free_percent;
};

struct Guardrails {
  double min_rows_vs_live_percent = 90;
  double min_bytes_vs_live_percent = 80;
};

struct Target {
  std::string name;  // its key
  Mode mode = Mode::volume;
  std::string database_name;  // `name:`, by default the key
  int front_port = 6543;
  Pool pool = Pool::transaction;
  std::map<std::string, std::string> postgresql;  // settings of managed production servers
  std::vector<SqlProbe> verify_sql;
  std::vector<HttpProbe> verify_http;
  Guardrails guardrails;
  Seconds deadline{60};
  Seconds verify_timeout{60};
  Keep keep;
  Position at;
};

struct FileSource {
  std::string name;
  std::vector<std::string> patterns;  // as written: relative to the config file, globs allowed, one or a list
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
  std::string from;             // a source
  std::vector<Column> columns;  // empty: by name
  Duplicates duplicates = Duplicates::fail;
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
  std::vector<std::string> schema;  // file patterns, relative to the config file
  std::map<std::string, FileSource> sources;
  std::vector<Table> tables;  // in the file's order
  Rejects rejects;
  Promote promote = Promote::manual;
  Position at;
};

struct Config {
  Path file;                 // absolute
  Path folder;               // what relative paths start from
  std::optional<Path> home;  // `home:`, made absolute; where it is absent base/home.hpp decides
  std::string listen_address = "127.0.0.1";
  int listen_port = 8080;
  std::map<std::string, Target> targets;
  std::map<std::string, Pipeline> pipelines;

  // The one with that name; with an empty name the only one there is. Errors are Kind::usage and list the
  // names.
  Result<const Target*> target(const std::string& name) const;
  Result<const Pipeline*> pipeline(const std::string& name) const;
};

// Every mistake is Kind::usage with file, line, column, and what is expected.
Result<Config> load(const Path& file);
// ./slipway.yaml, then /etc/slipway/slipway.yaml; or the one that --config names.
Result<Path> find(const std::optional<Path>& named);
// Every value in force, as YAML (`slipway check --defaults`).
std::string with_defaults(const Config& config);

}  // namespace slipway::config
