#include "daemon/commands/command_line.hpp"

#include <CLI/CLI.hpp>

#include "base/version.hpp"

namespace slipway::commands {
namespace {

// A subcommand that answers to its name; its options are read after the global ones too, and before them.
CLI::App* add(CLI::App& under, CommandLine& line, const std::string& name, const std::string& about,
              const std::string& full_name = {}) {
  CLI::App* command = under.add_subcommand(name, about);
  const std::string called = full_name.empty() ? name : full_name;
  command->fallthrough();
  command->final_callback([&line, called] {
    if (line.command.empty()) line.command = called;
  });
  return command;
}

void add_globals(CLI::App& app, CommandLine& line) {
  app.fallthrough();
  app.require_subcommand(1);
  app.set_version_flag("--version", "slipway " + std::string(version));
  app.add_option("--config", line.config,
                 "The portal's file; else ./slipway.yaml, /etc/slipway/slipway.yaml");
  app.add_option("--target", line.target, "Which target; needed only where there are several");
  app.add_flag("--json", line.json, "Data as JSON");
  app.add_flag("--quiet", line.quiet, "Nothing but data and errors");
  app.add_flag("--no-input", line.no_input, "Never ask anything");
}

// "k=v", split at the first '='.
void add_params(CLI::App& ingest, CommandLine& line) {
  const auto split = [&line](const std::string& text) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
      throw CLI::ValidationError("--param", "expects NAME=VALUE");
    line.params[text.substr(0, equals)] = text.substr(equals + 1);
  };
  ingest
      .add_option_function<std::vector<std::string>>(
          "--param",
          [split](const std::vector<std::string>& all) { std::for_each(all.begin(), all.end(), split); },
          "A parameter of the pipeline, NAME=VALUE; as often as needed")
      ->take_all()
      ->type_size(1)
      ->allow_extra_args(false);
}

void add_ingest(CLI::App& app, CommandLine& line) {
  CLI::App* ingest = add(app, line, "ingest", "Build a snapshot in the foreground; no daemon is needed");
  ingest->add_option("pipeline", line.pipeline, "Which pipeline; needed only where there are several");
  add_params(*ingest, line);
  ingest->add_option("--only", line.only, "Only these tables, T,…")->delimiter(',')->allow_extra_args(false);
  CLI::Option* promote =
      ingest->add_flag("--promote", line.promote, "Promote the snapshot if all checks hold");
  ingest
      ->add_flag("--dry-run", line.dry_run,
                 "Try the schema and the first rows of every source, print the plan, and change nothing")
      ->excludes(promote);
}

void add_jobs(CLI::App& app, CommandLine& line) {
  CLI::App* jobs =
      add(app, line, "jobs", "Show and steer jobs (without a word more: list them)", "jobs list");
  jobs->require_subcommand(0, 1);
  add(*jobs, line, "list", "The newest jobs", "jobs list");
  const std::pair<const char*, const char*> one[] = {
      {"show", "One job, and what it said"}, {"cancel", "End a job"}, {"retry", "Order the same again"}};
  for (const auto& [name, about] : one)
    add(*jobs, line, name, about, std::string("jobs ") + name)
        ->add_option("id", line.id, "Its number")
        ->required();
}

void add_tokens(CLI::App& app, CommandLine& line) {
  CLI::App* token = add(app, line, "token", "API tokens", "token");
  token->require_subcommand(1);
  CLI::App* create = add(*token, line, "create", "Make a token; it is shown once", "token create");
  create->add_option("name", line.token_name, "Who or what uses it")->required();
  create->add_option("--role", line.role, "read, ingest, promote or admin")
      ->required()
      ->check(CLI::IsMember({"read", "ingest", "promote", "admin"}));
  create->add_option("--days", line.days, "Days until it expires; without it, never");
  add(*token, line, "revoke", "End a token", "token revoke")
      ->add_option("id", line.id, "Its number")
      ->required();
  add(*token, line, "list", "All tokens, without their texts", "token list");
}

void add_allow(CLI::App& app, CommandLine& line) {
  CLI::App* allow = add(app, line, "allow", "Who may sign in, and what they may do", "allow");
  allow->require_subcommand(1);
  CLI::App* one = add(*allow, line, "add", "Let a person in, or give them another role", "allow add");
  one->add_option("orcid", line.orcid, "Their ORCID iD, such as 0000-0002-1825-0097")->required();
  one->add_option("--role", line.role, "read, ingest, promote or admin")
      ->required()
      ->check(CLI::IsMember({"read", "ingest", "promote", "admin"}));
  add(*allow, line, "remove", "Let a person in no longer; their tokens end too", "allow remove")
      ->add_option("orcid", line.orcid, "Their ORCID iD")
      ->required();
  add(*allow, line, "list", "Everybody on it", "allow list");
}

void add_all(CLI::App& app, CommandLine& line) {
  add_globals(app, line);
  add(app, line, "serve", "The daemon: API, jobs, and the managed servers kept up");
  add(app, line, "up", "Start the managed servers");
  add(app, line, "down", "Stop the managed servers");
  add_ingest(app, line);
  add(app, line, "check", "Is the config right?")
      ->add_flag("--defaults", line.defaults, "Print every value in force");
  CLI::App* init = add(app, line, "init", "Write a starter portal");
  init->add_option("folder", line.folder, "Where; else here");
  init->add_option("--from", line.samples,
                   "Data files to begin from: their tables and columns are told by them");
  add_jobs(app, line);
  add_allow(app, line);
  add_tokens(app, line);
  CLI::App* url = add(app, line, "url", "Where clients connect");
  url->add_option("of", line.target, "Which target");
  url->add_flag("--read", line.read, "As the role that may only read");
}

// Of a word that nothing knows, CLI11 only says that a subcommand is missing.
std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& problem) {
  const std::vector<std::string> unknown = app.remaining(true);
  return unknown.empty() ? problem.what() : fmt::format("there is no command or option {}", unknown.front());
}

}  // namespace

Parsed parse(int argc, const char* const* argv) {
  CLI::App app{"Builds a database in staging and launches it whole into production.", "slipway"};
  Parsed parsed;
  add_all(app, parsed.line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    // CLI11's own exit codes are above 100; ours say 2 for a usage error.
    parsed.exit = problem.get_exit_code() == 0 ? app.exit(problem) : 2;
    if (*parsed.exit == 2)
      fmt::print(stderr, "slipway: {}\n  `slipway --help` lists everything.\n", what_is_wrong(app, problem));
  }
  return parsed;
}

}  // namespace slipway::commands
