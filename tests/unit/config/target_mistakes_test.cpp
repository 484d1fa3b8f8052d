// Each kind of mistake in the parts of a target: its line and column, and what is expected instead.
#include "tests/unit/config/mistake.hpp"

namespace slipway::config {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string volume(const std::string& line) {
  return "targets:\n  portal:\n    mode: volume\n    " + line + "\n";
}
std::string schema(const std::string& line) {
  return "targets:\n  portal:\n    mode: schema\n    server: postgresql://db/portal\n    " + line + "\n";
}
std::string database(const std::string& line) {
  return "targets:\n  portal:\n    mode: database\n    server: postgresql://db\n    " + line + "\n";
}
std::string server(const std::string& line) {
  return "targets:\n  portal:\n    mode: database\n    " + line + "\n";
}
std::string step(const std::string& one) {
  return volume("quiesce: [" + one + "]");
}

const Mistake cases[] = {
    {"server_missing", server("deadline: 60s"),
     "slipway.yaml:3:5: `server` (or `server_file`) is missing in target `portal`"},
    {"server_password", server("server: postgresql://slipway:hunter2@db/portal"),
     "slipway.yaml:4:13: `server` in target `portal` holds a password; put all of it into a file, and name "
     "that with `server_file`"},
    {"server_password_word", server("server: host=db password=hunter2"),
     "slipway.yaml:4:13: `server` in target `portal` holds a password"},
    {"server_password_parameter", server("server: 'postgresql://db/portal?password=hunter2'"),
     "slipway.yaml:4:13: `server` in target `portal` holds a password"},
    {"server_nonsense", server("server: the portal's database"),
     "slipway.yaml:4:13: `server` in target `portal`: expected a URI such as"},
    {"server_port", server("server: postgresql://db:99999/portal"),
     "slipway.yaml:4:13: `server` in target `portal`: its port is not one from 1 to 65535"},
    {"server_second_port", server("server: 'host=a,b port=5432,x'"),
     "slipway.yaml:4:13: `server` in target `portal`: its port"},
    {"server_list", server("server: [postgresql://db]"),
     "slipway.yaml:4:13: `server` in target `portal`: expected a URI such as "
     "postgresql://user@host/database, but it is a list"},
    {"server_twice", server("server: postgresql://db\n    server_file: x"),
     "slipway.yaml:5:18: `server_file` in target `portal`: another key gives the same value already"},
    {"server_env_name", server("server_env: postgresql://slipway:hunter2@db"),
     "slipway.yaml:4:17: `server_env` in target `portal`: expected the name of an environment variable"},
    {"server_file_empty", server("server_file: ''"),
     "slipway.yaml:4:18: `server_file` in target `portal`: expected a file"},
    {"server_of_volume", volume("server: postgresql://db"),
     "slipway.yaml:4:5: `server` in target `portal` has no place there: `mode: volume` runs servers of its "
     "own"},
    {"server_file_of_volume", volume("server_file: x"), "slipway.yaml:4:5: `server_file` in target `portal`"},
    {"schema_without_database", "targets:\n  portal: {mode: schema, server: postgresql://db}\n",
     "slipway.yaml:2:34: `server` in target `portal` names no database"},
    {"maintenance_of_schema", schema("maintenance: x"),
     "slipway.yaml:5:5: `maintenance` in target `portal` has no place there: only `mode: database`"},
    {"maintenance_is_target", database("maintenance: portal"),
     "slipway.yaml:5:18: `maintenance` in target `portal`: `portal` cannot be"},
    {"maintenance_template", database("maintenance: template1"),
     "slipway.yaml:5:18: `maintenance` in target `portal`: `template1` cannot be"},
    {"serve_of_schema", schema("serve: warm"), "slipway.yaml:5:5: `serve` in target `portal` has no place"},
    {"pool_of_schema", schema("pool: session"), "slipway.yaml:5:5: `pool` in target `portal` has no place"},
    {"postgresql_of_database", database("postgresql: {work_mem: 1MB}"),
     "slipway.yaml:5:5: `postgresql` in target `portal` has no place"},
    {"serve", volume("serve: cold"),
     "slipway.yaml:4:12: `serve` in target `portal`: expected warm, or a map with `restart`, but it is "
     "`cold`"},
    {"restart_nothing", volume("serve: {restart: {}}"),
     "slipway.yaml:4:22: `restart` in `serve` of target `portal`: expected either `unit`, or both `stop` and "
     "`start`"},
    {"restart_half", volume("serve: {restart: {stop: [x]}}"), "slipway.yaml:4:22: `restart` in `serve`"},
    {"restart_both", volume("serve: {restart: {unit: a.service, stop: [x], start: [y]}}"),
     "slipway.yaml:4:22: `restart` in `serve`"},
    {"restart_unit", volume("serve: {restart: {unit: portal-db}}"),
     "slipway.yaml:4:29: `unit` in `restart` of `serve` of target `portal`: expected a unit with its ending, "
     "such as portal-api.service, but it is `portal-db`"},
    {"restart_words", volume("serve: {restart: {stop: pg_ctl stop, start: [x]}}"),
     "slipway.yaml:4:29: `stop` in `restart` of `serve` of target `portal`: expected a command as a list of "
     "words, such as [./pause.sh, --all], but it is `pg_ctl stop`"},
    {"front_map", volume("front: {}"),
     "slipway.yaml:4:12: `front` in target `portal`: expected a port from 1 to 65535, or a map with "
     "`uri_file`, but it is a map"},
    {"front_key", volume("front: {uri_fil: x}"),
     "slipway.yaml:4:13: unknown key `uri_fil` in `front` of target `portal`; did you mean `uri_file`?"},
    {"front_password", volume("front: {uri: postgresql://a:hunter2@pooler/portal}"),
     "slipway.yaml:4:18: `uri` in `front` of target `portal` holds a password; put all of it into a file, "
     "and name that with `uri_file`"},
    {"front_port_of_schema", schema("front: 6543"),
     "slipway.yaml:5:12: `front` in target `portal`: a port is that of a managed PgBouncer"},
    {"pool_of_another_pooler", volume("front: {uri_file: x}\n    pool: session"),
     "slipway.yaml:5:5: `pool` in target `portal` is about a PgBouncer of ours, but `front` names another"},
    {"quiesce_map", volume("quiesce: {systemd: {units: [a.service]}}"),
     "slipway.yaml:4:14: `quiesce` in target `portal`: expected a list of steps, but it is a map"},
    {"quiesce_kind", step("{docker: {}}"),
     "slipway.yaml:4:15: `quiesce` in target `portal`: expected one of `pgbouncer`, `systemd`"},
    {"quiesce_two_kinds", step("{systemd: {units: [a.service]}, http: {}}"),
     "slipway.yaml:4:15: `quiesce` in target `portal`: expected one of"},
    {"pgbouncer_no_admin", step("{pgbouncer: {databases: [a]}}"),
     "slipway.yaml:4:27: `admin` (or `admin_file`) is missing in `pgbouncer` in `quiesce` of target "
     "`portal`"},
    {"pgbouncer_password", step("{pgbouncer: {admin: 'host=a password=hunter2 dbname=pgbouncer'}}"),
     "slipway.yaml:4:35: `admin` in `pgbouncer` in `quiesce` of target `portal` holds a password; put all of "
     "it into a file, and name that with `admin_file`"},
    {"pgbouncer_database", step("{pgbouncer: {admin_file: a, databases: [a, " + std::string(64, 'x') + "]}}"),
     "slipway.yaml:4:58: `databases` in `pgbouncer` in `quiesce` of target `portal`: expected a name of at "
     "most 63 bytes"},
    {"pgbouncer_console", step("{pgbouncer: {admin: 'host=a dbname=portal'}}"),
     "slipway.yaml:4:27: `admin` in `pgbouncer` in `quiesce` of target `portal`: the console's database is "
     "`pgbouncer`; add dbname=pgbouncer"},
    {"systemd_no_units", step("{systemd: {}}"),
     "slipway.yaml:4:25: `units` is missing in `systemd` in `quiesce` of target `portal`"},
    {"systemd_option", step("{systemd: {units: [--now]}}"),
     "slipway.yaml:4:34: `units` in `systemd` in `quiesce` of target `portal`: expected a unit with its "
     "ending"},
    {"systemd_empty", step("{systemd: {units: []}}"),
     "slipway.yaml:4:33: `units` in `systemd` in `quiesce` of target `portal`: expected a list, each a unit"},
    {"kubernetes_name", step("{kubernetes: {namespace: a/b, deployments: [web]}}"),
     "slipway.yaml:4:40: `namespace` in `kubernetes` in `quiesce` of target `portal`: expected a Kubernetes "
     "name"},
    {"kubernetes_deployment", step("{kubernetes: {namespace: a, deployments: ['web?x']}}"),
     "slipway.yaml:4:57: `deployments` in `kubernetes`"},
    {"kubernetes_no_token", step("{kubernetes: {namespace: a, deployments: [b], api: 'https://k'}}"),
     "slipway.yaml:4:28: `token_file` is missing in `kubernetes` in `quiesce` of target `portal`"},
    {"kubernetes_no_api", step("{kubernetes: {namespace: a, deployments: [b], token_file: x}}"),
     "slipway.yaml:4:28: `api` is missing in `kubernetes` in `quiesce` of target `portal`"},
    {"kubernetes_plain_api",
     step("{kubernetes: {namespace: a, deployments: [b], api: 'http://k', token_file: x}}"),
     "slipway.yaml:4:28: `api` in `kubernetes` in `quiesce` of target `portal`: a token over plain http"},
    {"kubernetes_token", step("{kubernetes: {namespace: a, deployments: [b], token: x}}"),
     "slipway.yaml:4:61: unknown key `token` in `kubernetes` in `quiesce` of target `portal`; expected one "
     "of: "},
    {"http_no_resume", step("{http: {pause: {url: 'http://a/pause'}}}"),
     "slipway.yaml:4:22: `resume` is missing in `http` in `quiesce` of target `portal`"},
    {"http_url", step("{http: {pause: {url: 'a/pause'}, resume: {url: 'http://a/'}}}"),
     "slipway.yaml:4:36: `url` in `pause` of `http` in `quiesce` of target `portal`: expected an address"},
    {"http_login", step("{http: {pause: {url: 'http://a:hunter2@b/'}, resume: {url: 'http://a/'}}}"),
     "slipway.yaml:4:36: `url` in `pause` of `http` in `quiesce` of target `portal` holds a login"},
    {"http_method", step("{http: {pause: {url: 'http://a/', method: post}, resume: {url: 'http://a/'}}}"),
     "slipway.yaml:4:57: `method` in `pause` of `http` in `quiesce` of target `portal`: expected POST"},
    {"command_text", step("{command: {pause: ./pause.sh --all, resume: [./resume.sh]}}"),
     "slipway.yaml:4:33: `pause` in `command` in `quiesce` of target `portal`: expected a command as a list"},
    {"command_empty_word", step("{command: {pause: [''], resume: [./resume.sh]}}"),
     "slipway.yaml:4:33: `pause` in `command`"},
    {"command_no_resume", step("{command: {pause: [./pause.sh]}}"),
     "slipway.yaml:4:25: `resume` is missing in `command` in `quiesce` of target `portal`"},
    {"command_timeout", step("{command: {pause: [a], resume: [b], timeout: 2m}}"),
     "slipway.yaml:4:60: `timeout` in `quiesce` of target `portal` is longer than its `deadline` of 1m"},
    {"hooks_list", volume("hooks: [./a.sh]"),
     "slipway.yaml:4:12: `hooks` in target `portal`: expected a map"},
    {"hooks_moment", volume("hooks: {befor: []}"),
     "slipway.yaml:4:13: unknown key `befor` in `hooks` of target `portal`; did you mean `before`?"},
    {"hook_text", volume("hooks: {after: [./notify.sh done]}"),
     "slipway.yaml:4:21: `after` in `hooks` of target `portal`: expected a list of words such as "
     "[./notify.sh, done], or {run: [./notify.sh], timeout: 60s}, but it is `./notify.sh done`"},
    {"hook_no_run", volume("hooks: {after: [{timeout: 5s}]}"),
     "slipway.yaml:4:21: `run` is missing in `after` of `hooks` of target `portal`"},
    {"hook_timeout", volume("hooks: {after: [{run: [a], timeout: 5}]}"),
     "slipway.yaml:4:41: `timeout` in `after` of `hooks` of target `portal`: expected a duration"},
    {"guardrail_map", volume("guardrails: {sql: {name: a, query: b}}"),
     "slipway.yaml:4:23: `sql` in `guardrails` of target `portal`: expected a list of {name: …, query: …}"},
    {"guardrail_name", volume("guardrails: {sql: [{name: Two words, query: b}]}"),
     "slipway.yaml:4:31: `name` in `sql` of `guardrails` of target `portal`: expected a name"},
    {"guardrail_no_query", volume("guardrails: {sql: [{name: a}]}"),
     "slipway.yaml:4:24: `query` is missing in `sql` of `guardrails` of target `portal`"},
    {"guardrail_twice", volume("guardrails: {sql: [{name: a, query: b}, {name: a, query: c}]}"),
     "slipway.yaml:4:45: two guardrails in `guardrails` of target `portal` are called `a`"},
    {"carry_empty", volume("carry: []"),
     "slipway.yaml:4:12: `carry` in target `portal`: expected a list, each a table's name"},
    {"carry_long", volume("carry: [" + std::string(64, 'x') + "]"),
     "slipway.yaml:4:13: `carry` in target `portal`: expected a table's name"},
    {"carry_filled",
     "targets:\n  portal: {mode: volume, carry: [user*]}\npipelines:\n  demo:\n    target: portal\n    "
     "schema: "
     "a.sql\n    sources: {s: {files: a.csv}}\n    tables: {users: {from: s}}\n",
     "slipway.yaml:8:14: table `users` of pipeline `demo` is also carried from live (`carry: user*`"},
    {"same_name_on_a_server",
     "targets:\n  a: {mode: schema, server: postgresql://db/x, name: n}\n  b: {mode: schema, server: "
     "postgresql://db/x, name: n}\n",
     "slipway.yaml:3:3: target `b` has the same `name` `n` as target `a`"},
};

class TargetMistake : public testing::TestWithParam<Mistake> {};

TEST_P(TargetMistake, IsNamedWithItsPlace) {
  expect_named(GetParam());
}

TEST_P(TargetMistake, NeverRepeatsASecret) {
  EXPECT_THAT(Written(GetParam().yaml).complaint(), Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(Each, TargetMistake, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace slipway::config
