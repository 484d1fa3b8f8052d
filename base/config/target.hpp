// `targets:` of slipway.yaml: production databases, and how each is swapped.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/config/secret.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway::config {

enum class Mode { volume, database, schema };
enum class Pool { transaction, session };

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

}  // namespace slipway::config
