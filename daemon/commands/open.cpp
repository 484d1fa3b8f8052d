#include "daemon/commands/open.hpp"

#include "daemon/jobs/rescue.hpp"
#include "migrations/audit.hpp"
#include "migrations/runner.hpp"
#include "swap/servers/control.hpp"

namespace slipway::commands {

Result<config::Config> load_config(const CommandLine& line) {
  return config::load(TRY(config::find(line.config)));
}

Result<Opened> open_home(config::Config config, swap::Missing missing) {
  // Entering the home may drop root: afterwards nobody could tell who called.
  std::string actor = audit::command_actor();
  swap::Home home = TRY(swap::enter_home(real_seams(), config, missing));
  return Opened{real_seams(), std::move(config), std::move(home), std::move(actor), {}};
}

Done connect_control(Opened& opened) {
  opened.control = TRY(swap::start_control(opened.seams, opened.home));
  return migrations::migrate(opened.control);
}

Result<Opened> open_control(config::Config config, swap::Missing missing) {
  Opened opened = TRY(open_home(std::move(config), missing));
  TRY(connect_control(opened));
  return opened;
}

Result<pg::Session> control_session(const Opened& opened) {
  pg::Session session = TRY(pg::Session::open(opened.control));
  TRY(jobs::rescue(session));
  return session;
}

}  // namespace slipway::commands
