// `slipway up`, `slipway down`, `slipway url`: the managed servers and where to find them.
#include "daemon/commands/commands.hpp"
#include "daemon/commands/open.hpp"
#include "daemon/commands/output.hpp"
#include "swap/promote/promote.hpp"
#include "swap/servers/up.hpp"
#include "swap/servers/url.hpp"

namespace slipway::commands {

Result<int> up(const CommandLine& line) {
  const Opened opened = TRY(open_control(TRY(load_config(line)), swap::Missing::make));
  TRY(swap::servers_up(opened.seams, opened.config, opened.home));
  TRY(swap::recover_all(opened.seams, opened.config, opened.home));
  say(line, "The managed servers are up.");
  say_next(line, "slipway ingest");
  return 0;
}

Result<int> down(const CommandLine& line) {
  const Opened opened = TRY(open_home(TRY(load_config(line)), swap::Missing::refuse));
  TRY(swap::servers_down(opened.seams, opened.config, opened.home));
  say(line, "The managed servers are down.");
  say_next(line, "slipway up");
  return 0;
}

Result<int> url(const CommandLine& line) {
  const Opened opened = TRY(open_home(TRY(load_config(line)), swap::Missing::refuse));
  const config::Target* target = TRY(opened.config.target(line.target));
  print_data(TRY(swap::front_url(opened.home, *target, line.read)));
  return 0;
}

}  // namespace slipway::commands
