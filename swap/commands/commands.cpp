#include "swap/commands/commands.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>

#include "swap/commands/print.hpp"
#include "swap/commands/view.hpp"
#include "swap/promote/watchdog.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

void print(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

int complain(const Error& error) {
  print(stderr, "swap: " + error.text() + "\n");
  return exit_code(error.kind());
}

// Whoever sits at the terminal, also behind sudo.
std::string invoking_user() {
  if (const char* behind_sudo = std::getenv("SUDO_USER"); behind_sudo && *behind_sudo) return behind_sudo;
  const passwd* entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : std::to_string(::getuid());
}

Result<config::Config> load_config(const CommonOptions& common) {
  config::Config config = TRY(config::load(TRY(config::find(common.config))));
  if (common.home) config.home = *common.home;
  return config;
}

// Loads the config, becomes the home's user, and hands the one target over.
Result<int> with_target(const CommonOptions& common,
                        const std::function<int(const Context&, const std::string&)>& work) {
  const config::Config config = TRY(load_config(common));
  const config::Target* target = TRY(config.target(common.target));
  const std::string actor = common.actor.empty() ? invoking_user() : common.actor;
  const Seams seams = real_seams();
  const Home home = TRY(enter_home(seams, config, Missing::refuse));
  return work(Context{seams, home, *target}, actor);
}

int finished(const Result<int>& outcome) {
  return outcome ? *outcome : complain(outcome.error());
}

using View = Result<json> (*)(const Context&);
using Text = std::string (*)(const json&);

int show(const CommonOptions& common, View view, Text text) {
  return finished(with_target(common, [&](const Context& context, const std::string&) {
    const Result<json> seen = view(context);
    if (!seen) return complain(seen.error());
    print(stdout, common.json ? seen->dump() + "\n" : text(*seen));
    return 0;
  }));
}

int report(const CommonOptions& common, const Receipt& receipt) {
  if (common.json)
    print(stdout, to_json(receipt).dump() + "\n");
  else
    print(stdout, receipt_text(receipt));
  if (!common.quiet) print(stderr, next_command(receipt) + "\n");
  return exit_code(receipt.outcome);
}

}  // namespace

int run_status(const CommonOptions& common) {
  return finished(with_target(common, [&](const Context& context, const std::string&) {
    const Result<json> seen = status_view(context);
    if (!seen) return complain(seen.error());
    print(stdout, common.json ? seen->dump() + "\n" : status_text(*seen));
    const json& promotion = seen->at("promotion");
    const bool stuck = !promotion.is_null() && promotion.at("state") == "needs_operator";
    return stuck ? exit_code(Kind::needs_operator) : 0;
  }));
}

int run_list(const CommonOptions& common) {
  return show(common, list_view, list_text);
}

int run_history(const CommonOptions& common) {
  return show(common, history_view, history_text);
}

int run_promote(const CommonOptions& common, const PromoteOptions& options, bool back) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    Order order;
    order.wish.direction = back ? Direction::back : Direction::forward;
    order.wish.id = options.id;
    if (options.expects_live) order.wish.expect_live = options.expect_live;
    order.allow.insert(options.allow.begin(), options.allow.end());
    order.actor = actor;
    return report(common, promote(context, order));
  }));
}

int run_recover(const CommonOptions& common) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    const Result<std::optional<Receipt>> recovered = recover(context, actor);
    if (!recovered) return complain(recovered.error());
    if (*recovered) {
      const Receipt& receipt = **recovered;
      // Both ends of a recovery are good: what was interrupted is over.
      (void)report(common, receipt);
      return receipt.outcome == Outcome::needs_operator ? exit_code(receipt.outcome) : 0;
    }
    print(stdout, common.json ? "null\n" : "nothing was interrupted\n");
    return 0;
  }));
}

int run_watchdog(const CommonOptions& common, const std::string& promoter, long long epoch, int ready_fd) {
  ProcessId process;
  unsigned long long ticks = 0;
  if (std::sscanf(promoter.c_str(), "%d:%llu", &process.pid, &ticks) != 2)
    return complain(error(Kind::usage, "--promoter wants PID:START"));
  process.start_ticks = ticks;
  return finished(with_target(common, [&](const Context& context, const std::string&) {
    Done watched = watch(context, {process, epoch}, ready_fd);
    return watched ? 0 : complain(watched.error());
  }));
}

}  // namespace slipway::swap
