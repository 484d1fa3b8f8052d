// The command `swap`: promotion, rollback and what there is to see of them. Only the command line is read
// here.
#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/version.hpp"
#include "swap/commands/commands.hpp"

using namespace slipway;

int main(int argc, char** argv) {
  CLI::App app{"Promote, roll back and look at snapshots"};
  app.set_version_flag("--version", fmt::format("swap {}", version));
  app.require_subcommand(1);
  app.fallthrough();

  swap::CommonOptions common;
  std::string config, config_folder, home;
  bool no_input = false;
  app.add_option("--config", config,
                 "The config file (default ./slipway.yaml, then /etc/slipway/slipway.yaml)");
  app.add_option("--config-folder", config_folder)->group("");
  app.add_option("--home", home)->group("");
  app.add_option("--actor", common.actor)->group("");
  app.add_option("--target", common.target, "Which target, where there are several");
  app.add_flag("--json", common.json, "JSON on standard output");
  app.add_flag("--quiet", common.quiet, "No advice");
  app.add_flag("--no-input", no_input, "Never ask (swap never does)");

  CLI::App* status = app.add_subcommand("status", "What is live, what was before, what is ready");
  CLI::App* list = app.add_subcommand("list", "Every snapshot");
  CLI::App* history = app.add_subcommand("history", "Every promotion, newest first");
  CLI::App* recover = app.add_subcommand("recover", "End what an interrupted promotion left");

  swap::PromoteOptions options;
  CLI::App* promote =
      app.add_subcommand("promote", "Switch production to a snapshot (default: the newest ready one)");
  CLI::App* rollback = app.add_subcommand("rollback", "Switch production back to what was live before");
  promote->add_option("ID", options.id, "The snapshot");
  CLI::App* plan = app.add_subcommand("plan", "What a promotion would do, and whether it may");
  plan->add_option("ID", options.id, "The snapshot");
  for (CLI::App* command : {promote, rollback, plan}) {
    command->add_option("--expect-live", options.expect_live, "Refuse if another snapshot is live");
    command->add_option("--allow", options.allow, "Go on although this guardrail says no (again for more)");
  }

  CLI::Option* at =
      promote->add_option("--at", options.at, "Later, by `slipway serve`: 2026-11-22T03:00Z, or +30m, +2h");
  promote->add_flag("--cancel", options.cancel, "Take back what --at had scheduled")->excludes(at);

  bool dry_run = false;
  CLI::App* prune = app.add_subcommand("prune", "Remove the snapshots that retention lets go");
  prune->add_flag("--dry-run", dry_run, "Only say which, and why");

  std::string compared, against;
  CLI::App* diff = app.add_subcommand("diff", "What differs from live: rows, keys, structure");
  diff->add_option("ID", compared, "The snapshot (default: what promote would take, else what was before)");
  diff->add_option("--against", against, "Another snapshot instead of live");

  std::string marked;
  CLI::App* pin = app.add_subcommand("pin", "Keep a snapshot, whatever retention says");
  CLI::App* unpin = app.add_subcommand("unpin", "Leave it to retention again");
  CLI::App* unmark = app.add_subcommand("unmark", "Make a bad snapshot promotable again");
  for (CLI::App* command : {pin, unpin, unmark})
    command->add_option("ID", marked, "The snapshot")->required();

  std::string folder;
  CLI::App* adopt =
      app.add_subcommand("adopt", "Give production that Slipway did not build an id; it is never pruned");
  adopt->add_option("FOLDER", folder, "mode volume: its data directory, stopped; it is moved into the home");

  std::string promoter;
  long long epoch = 0;
  int ready_fd = -1;
  CLI::App* watchdog = app.add_subcommand("watchdog")->group("");
  watchdog->add_option("--promoter", promoter)->required();
  watchdog->add_option("--epoch", epoch)->required();
  watchdog->add_option("--ready-fd", ready_fd)->required();

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : exit_code(Kind::usage);
  }
  if (!config.empty()) common.config = config;
  if (!home.empty()) common.home = home;
  common.config_folder = config_folder;
  for (CLI::App* command : {promote, rollback, plan})
    options.expects_live |= command->count("--expect-live") > 0;

  if (status->parsed()) return swap::run_status(common);
  if (list->parsed()) return swap::run_list(common);
  if (history->parsed()) return swap::run_history(common);
  if (plan->parsed()) return swap::run_plan(common, options);
  if (prune->parsed()) return swap::run_prune(common, dry_run);
  if (pin->parsed()) return swap::run_mark(common, swap::Marking::pin, marked);
  if (unpin->parsed()) return swap::run_mark(common, swap::Marking::unpin, marked);
  if (unmark->parsed()) return swap::run_mark(common, swap::Marking::unmark, marked);
  if (adopt->parsed()) return swap::run_adopt(common, folder);
  if (diff->parsed()) return swap::run_diff(common, compared, against);
  if (recover->parsed()) return swap::run_recover(common);
  if (promote->parsed() && (options.cancel || !options.at.empty()))
    return swap::run_schedule(common, options);
  if (promote->parsed()) return swap::run_promote(common, options, false);
  if (rollback->parsed()) return swap::run_promote(common, options, true);
  return swap::run_watchdog(common, promoter, epoch, ready_fd);
}
