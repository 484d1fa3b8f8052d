// slipway.yaml as plain values, each with its default. Loading it connects to nothing and starts nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/role.hpp"

namespace slipway::config {

enum class Mode { volume, database, schema };
enum class Pool { transaction, session };
enum class Promote { manual, automatic };
enum class Duplicates { fail, reject };
enum class Start { empty, live };  // what a build begins with
// documents: each file is one; listing: the files themselves, unread. Both for queries.
enum class FileFormat { by_name, csv, tsv, text, ndjson, json, documents, listing };
enum class Ragged { reject, pad };  // what becomes of a row with too few fields

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

// A guardrail of the target's own: the query runs on the candidate and must answer true.
struct SqlGuardrail {
  std::string name;
  std::string query;
  Position at;
};

struct Guardrails {
  double min_rows_vs_live_percent = 90;
  double min_bytes_vs_live_percent = 80;
  std::vector<SqlGuardrail> sql;
};

// A value that may hold a secret: inline where it holds none, else in a file or a variable of the
// environment. read() it as late as possible: the file must be readable by the home's user.
struct Secret {
  std::string value;
  Path file;
  std::string variable;

  bool given() const { return !value.empty() || !file.empty() || !variable.empty(); }
  Result<std::string> read() const;  // without the newline at its end
};

// One step of `quiesce`: exactly one of these.
struct PgBouncerQuiesce {
  Secret admin;                        // a conninfo of the console's database
  std::vector<std::string> databases;  // default: the target's name
};
struct SystemdQuiesce {
  std::vector<std::string> units;
};
struct KubernetesQuiesce {
  std::string namespace_name;
  std::vector<std::string> deployments;
  std::string api;  // default: the cluster that we run in
  Secret token;
  Path ca_file;
};
struct HttpRequest {
  std::string url;
  std::string method = "POST";
  Secret bearer;
};
struct HttpQuiesce {
  HttpRequest pause, resume;
};
struct CommandQuiesce {
  std::vector<std::string> pause, resume;
  Seconds timeout{30};
};
struct QuiesceStep {
  std::variant<PgBouncerQuiesce, SystemdQuiesce, KubernetesQuiesce, HttpQuiesce, CommandQuiesce> how;
  Position at;
};

struct Hook {
  std::vector<std::string> run;
  Seconds timeout{60};
  Position at;
};
struct Hooks {
  std::vector<Hook> before, after, failed;
};

// volume: one fixed service owns the data directory; it is stopped, the link moved, and it is started.
struct Restart {
  std::string unit;                      // or:
  std::vector<std::string> stop, start;  // commands
};

struct Target {
  std::string name;  // its key
  Path folder;       // the config's: commands run in it
  Mode mode = Mode::volume;
  std::string database_name;            // `name:`, by default the key
  Secret server;                        // database and schema: a direct connection
  std::string maintenance = "slipway";  // database: our own database on that server
  std::optional<Restart> restart;       // volume: instead of a warm server of ours
  int front_port = 6543;
  Secret front;  // where clients connect, if not at a pooler of ours
  Pool pool = Pool::transaction;
  std::map<std::string, std::string> postgresql;  // settings of managed production servers
  std::vector<SqlProbe> verify_sql;
  std::vector<HttpProbe> verify_http;
  std::vector<QuiesceStep> quiesce;  // in order; resumed in reverse
  Hooks hooks;
  Guardrails guardrails;
  Seconds deadline{60};
  Seconds verify_timeout{60};
  Keep keep;
  std::vector<std::string> carry;  // tables that users write, as patterns with *
  Position at;
};

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

// How much a receiver of notices is told; each level holds those before it.
enum class NoticeLevel { error, info, verbose };

struct SlackChannel {
  Secret webhook;  // its address: whoever knows that can write there
  NoticeLevel level = NoticeLevel::info;
};
struct WebhookChannel {
  std::string url;
  Secret secret;  // what its notices are signed with
  NoticeLevel level = NoticeLevel::info;
};
// One entry of `notify`.
struct Channel {
  std::variant<SlackChannel, WebhookChannel> how;
  Position at;
};

// Where people sign in: ORCID, or an OpenID provider that behaves as ORCID does.
struct Orcid {
  std::string issuer = "https://orcid.org";  // compared exactly
  std::string client_id;
  Secret client_secret;
  Position at;
};
struct Allowed {
  Role role = Role::read;
  Position at;
};
struct Auth {
  std::optional<Orcid> orcid;
  std::map<std::string, Allowed> allow;  // by iD
};

// Of the daemon's HTTP server. Read again when the files change.
struct Tls {
  Path cert_file;  // with the chain
  Path key_file;
};

struct Config {
  Path file;                 // absolute
  Path folder;               // what relative paths start from
  std::optional<Path> home;  // `home:`, made absolute; where it is absent base/home.hpp decides
  std::string listen_address = "127.0.0.1";
  int listen_port = 8080;
  std::string public_url;  // "https://host[:port]" and no more; see public_origin()
  Position public_url_at;
  std::optional<Tls> tls;
  std::vector<std::string> trusted_proxies;  // networks: only from there is X-Forwarded-For believed
  Auth auth;
  std::map<std::string, Target> targets;
  std::map<std::string, Pipeline> pipelines;
  std::vector<Channel> notify;

  // Where people's browsers reach us: public_url, or the address that we listen on if that is a loopback one.
  // Empty: it cannot be known.
  std::string public_origin() const;

  // The one with that name; with an empty name the only one there is. Errors are Kind::usage and list the
  // names.
  Result<const Target*> target(const std::string& name) const;
  Result<const Pipeline*> pipeline(const std::string& name) const;
};

// Every mistake is Kind::usage with file, line, column, and what is expected. Relative paths start from the
// file's own folder, unless the file is a copy of one that lies elsewhere.
Result<Config> load(const Path& file, const Path& folder = {});
// ./slipway.yaml, then /etc/slipway/slipway.yaml; or the one that --config names.
Result<Path> find(const std::optional<Path>& named);
// Every value in force, as YAML (`slipway check --defaults`).
std::string with_defaults(const Config& config);

}  // namespace slipway::config
