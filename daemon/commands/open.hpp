// What most commands begin with: the config, the home and its user, and the control database, migrated.
#pragma once

#include <string>

#include "base/config/config.hpp"
#include "base/pg/session.hpp"
#include "daemon/commands/command_line.hpp"
#include "swap/home.hpp"

namespace slipway::commands {

struct Opened {
  Seams seams;
  config::Config config;
  swap::Home home;
  std::string actor;    // who runs this command
  std::string control;  // conninfo of the control database; empty if only the home was opened
};

Result<config::Config> load_config(const CommandLine& line);
Result<Opened> open_home(config::Config config, swap::Missing missing);
// The control database running and migrated.
Done connect_control(Opened& opened);
// Both.
Result<Opened> open_control(config::Config config, swap::Missing missing);
// A session on it; jobs whose worker has died are marked interrupted first.
Result<pg::Session> control_session(const Opened& opened);

}  // namespace slipway::commands
