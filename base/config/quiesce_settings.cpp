// What is held still for the switch: a list of steps, each of one of five kinds, with a table for each.
#include <array>

#include "base/config/secret_settings.hpp"
#include "base/config/target_parts.hpp"
#include "base/pg/conninfo.hpp"

namespace slipway::config {
namespace {

constexpr std::array pgbouncer_settings = {
    conninfo<"admin", &PgBouncerQuiesce::admin>(),
    secret_file<"admin_file", &PgBouncerQuiesce::admin>(),
    secret_variable<"admin_env", &PgBouncerQuiesce::admin>(),
    list_of<"databases", &PgBouncerQuiesce::databases, name_text>(),
};

constexpr std::array systemd_settings = {
    list_of<"units", &SystemdQuiesce::units, unit_name>(Need::required),
};

Value show_ca_file(const KubernetesQuiesce& step) {
  return step.ca_file.empty() ? Value() : Value::of(step.ca_file.string());
}

void read_ca_file(const Scope& scope, const Value& value, KubernetesQuiesce& step) {
  const std::optional<std::string> path = plain_text.read(value);
  if (!path) return expected(scope, "ca_file", "a file", value);
  step.ca_file = (scope.folder / *path).lexically_normal();
}

constexpr std::array kubernetes_settings = {
    field<"namespace", &KubernetesQuiesce::namespace_name, kubernetes_name, KubernetesQuiesce>(
        Need::required),
    list_of<"deployments", &KubernetesQuiesce::deployments, kubernetes_name>(Need::required),
    url<"api", &KubernetesQuiesce::api>(),
    secret_file<"token_file", &KubernetesQuiesce::token>(),
    secret_variable<"token_env", &KubernetesQuiesce::token>(),
    Setting<KubernetesQuiesce>{"ca_file", read_ca_file, show_ca_file},
};

constexpr std::array request_settings = {
    url<"url", &HttpRequest::url>(Need::required),
    field<"method", &HttpRequest::method, http_method, HttpRequest>(),
    secret_file<"token_file", &HttpRequest::bearer>(),
    secret_variable<"token_env", &HttpRequest::bearer>(),
};

constexpr std::array http_settings = {
    part<"pause", &HttpQuiesce::pause, request_settings>(Need::required),
    part<"resume", &HttpQuiesce::resume, request_settings>(Need::required),
};

template <Key key, auto member>
constexpr Setting<CommandQuiesce> words() {
  return {key.view(),
          [](const Scope& scope, const Value& value, CommandQuiesce& step) {
            if (auto read = read_words(scope, key.view(), value)) step.*member = std::move(*read);
          },
          [](const CommandQuiesce& step) { return show_texts(step.*member); }, Need::required};
}

constexpr std::array command_settings = {
    words<"pause", &CommandQuiesce::pause>(),
    words<"resume", &CommandQuiesce::resume>(),
    field<"timeout", &CommandQuiesce::timeout, lease, CommandQuiesce>(),
};

// "http://127.0.0.1:8001/…", as `kubectl proxy` has it.
bool is_loopback(std::string_view url) {
  const std::string_view rest = url.substr(std::string_view("http://").size());
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  for (const std::string_view local : {"127.0.0.1", "localhost", "[::1]"})
    if (host.starts_with(local) && (host.size() == local.size() || host[local.size()] == ':')) return true;
  return false;
}

// What a table cannot say: one of several keys must be there, or two go together.
void check_step(const Scope& scope, const Value& map, const PgBouncerQuiesce& step) {
  if (!map.find("admin") && !map.find("admin_file") && !map.find("admin_env"))
    scope.mistakes.add(map, "`admin` (or `admin_file`) is missing{}", scope.in());
  if (step.admin.value.empty()) return;
  const auto parts = pg::conninfo_parts(step.admin.value);
  if (parts && (!parts->count("dbname") || parts->at("dbname") != "pgbouncer"))
    scope.mistakes.add(map, "`admin`{}: the console's database is `pgbouncer`; add dbname=pgbouncer",
                       scope.in());
}
void check_step(const Scope& scope, const Value& map, const KubernetesQuiesce& step) {
  if (!step.api.empty() && !step.token.given())
    scope.mistakes.add(map, "`token_file` is missing{}: with an `api` of its own it needs a token",
                       scope.in());
  if (step.api.starts_with("http://") && !is_loopback(step.api))
    scope.mistakes.add(map, "`api`{}: a token over plain http can be read on its way; expected https://",
                       scope.in());
  if (step.api.empty() && (step.token.given() || !step.ca_file.empty()))
    scope.mistakes.add(map, "`api` is missing{}: a token or `ca_file` belongs to one", scope.in());
}
template <class Step>
void check_step(const Scope&, const Value&, const Step&) {}

// One kind of step: its key and its table.
struct Kind {
  std::string_view key;
  void (*read)(const Scope&, const Value&, QuiesceStep&);
  std::optional<Value> (*show)(const QuiesceStep&);
};

template <Key key, class Step, const auto& settings>
constexpr Kind kind() {
  return {key.view(),
          [](const Scope& scope, const Value& map, QuiesceStep& step) {
            if (!is_map(scope, key.view(), map)) return;
            Step& read = step.how.emplace<Step>();
            read_settings(scope, map, std::span<const Setting<Step>>(settings), read);
            check_step(scope, map, read);
          },
          [](const QuiesceStep& step) -> std::optional<Value> {
            const Step* const held = std::get_if<Step>(&step.how);
            if (!held) return std::nullopt;
            return show_settings(std::span<const Setting<Step>>(settings), *held);
          }};
}

constexpr std::array kinds = {
    kind<"pgbouncer", PgBouncerQuiesce, pgbouncer_settings>(),
    kind<"systemd", SystemdQuiesce, systemd_settings>(),
    kind<"kubernetes", KubernetesQuiesce, kubernetes_settings>(),
    kind<"http", HttpQuiesce, http_settings>(),
    kind<"command", CommandQuiesce, command_settings>(),
};

void read_step(const Scope& scope, const Value& value, Target& target) {
  QuiesceStep step;
  step.at = scope.mistakes.at(value);
  for (const Kind& kind : kinds)
    if (value.keys.size() == 1 && value.keys[0].text == kind.key) {
      kind.read(scope.within(fmt::format("`{}` in `quiesce` of {}", kind.key, scope.what)), value.items[0],
                step);
      target.quiesce.push_back(std::move(step));
      return;
    }
  expected(scope, "quiesce", "one of `pgbouncer`, `systemd`, `kubernetes`, `http`, `command` in each step",
           value);
}

}  // namespace

void read_quiesce(const Scope& scope, const Value& list, Target& target) {
  if (list.type != Value::Type::list) return expected(scope, "quiesce", "a list of steps", list);
  for (const Value& one : list.items) read_step(scope, one, target);
}

Value show_quiesce(const Target& target) {
  Value list = Value::list();
  for (const QuiesceStep& step : target.quiesce)
    for (const Kind& kind : kinds)
      if (auto shown = kind.show(step)) {
        list.items.push_back(Value::map());
        list.items.back().add(kind.key, std::move(*shown));
      }
  return list;
}

}  // namespace slipway::config
