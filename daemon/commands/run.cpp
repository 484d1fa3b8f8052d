// From the words of the command line to the command that they name.
#include "daemon/commands/check.hpp"
#include "daemon/commands/commands.hpp"
#include "daemon/commands/init_from.hpp"
#include "daemon/commands/output.hpp"

namespace slipway::commands {
namespace {

Result<int> init(const CommandLine& line) {
  TRY(line.samples.empty() ? init_portal(line.folder) : init_from(line.folder, line.samples));
  return 0;
}

Result<int> check(const CommandLine& line) {
  return run_check(line.config, line.defaults, line.json);
}

struct Entry {
  std::string_view name;
  Result<int> (*run)(const CommandLine&);
};

constexpr Entry table[] = {
    {"serve", serve},
    {"up", up},
    {"down", down},
    {"ingest", ingest},
    {"check", check},
    {"init", init},
    {"jobs list", list_jobs},
    {"jobs show", show_job},
    {"jobs cancel", cancel_job},
    {"jobs retry", retry_job},
    {"token create", create_token},
    {"token revoke", revoke_token},
    {"token list", list_tokens},
    {"allow add", allow_person},
    {"allow remove", disallow_person},
    {"allow list", list_allowed},
    {"url", url},
};

Result<int> dispatch(const CommandLine& line) {
  for (const Entry& entry : table)
    if (entry.name == line.command) return entry.run(line);
  return error(Kind::usage, "there is no command {}", line.command).next("`slipway --help` lists them.");
}

}  // namespace

int run(int argc, const char* const* argv) {
  const Parsed parsed = parse(argc, argv);
  if (parsed.exit) return *parsed.exit;
  const Result<int> done = dispatch(parsed.line);
  if (done) return *done;
  print_error(done.error());
  return exit_code(done.error().kind());
}

}  // namespace slipway::commands
