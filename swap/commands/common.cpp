#include "swap/commands/common.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "base/config/config.hpp"

namespace slipway::swap {
namespace {

// Whoever sits at the terminal, also behind sudo.
std::string invoking_user() {
  if (const char* behind_sudo = std::getenv("SUDO_USER"); behind_sudo && *behind_sudo) return behind_sudo;
  const passwd* entry = ::getpwuid(::getuid());
  return entry ? entry->pw_name : std::to_string(::getuid());
}

Result<config::Config> load_config(const CommonOptions& common) {
  config::Config config = TRY(config::load(TRY(config::find(common.config)), common.config_folder));
  if (common.home) config.home = *common.home;
  return config;
}

}  // namespace

void print(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

int complain(const Error& error) {
  print(stderr, "swap: " + error.text() + "\n");
  return exit_code(error.kind());
}

Result<int> with_target(const CommonOptions& common,
                        const std::function<int(const Context&, const std::string&)>& work) {
  return with_config(common, [&](const Context& context, const config::Config&, const std::string& actor) {
    return work(context, actor);
  });
}

Result<int> with_config(
    const CommonOptions& common,
    const std::function<int(const Context&, const config::Config&, const std::string&)>& work) {
  const config::Config config = TRY(load_config(common));
  const config::Target* target = TRY(config.target(common.target));
  const std::string actor = common.actor.empty() ? invoking_user() : common.actor;
  const Seams seams = real_seams();
  const Home home = TRY(enter_home(seams, config, Missing::refuse));
  return work(Context{seams, home, *target}, config, actor);
}

int finished(const Result<int>& outcome) {
  return outcome ? *outcome : complain(outcome.error());
}

Order order_of(const PromoteOptions& options, bool back, const std::string& actor) {
  Order order;
  order.wish.direction = back ? Direction::back : Direction::forward;
  order.wish.id = options.id;
  if (options.expects_live) order.wish.expect_live = options.expect_live;
  order.allow.insert(options.allow.begin(), options.allow.end());
  order.actor = actor;
  return order;
}

}  // namespace slipway::swap
