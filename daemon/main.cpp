// The command `slipway`.
#include "daemon/commands/commands.hpp"

int main(int argc, char** argv) {
  return slipway::commands::run(argc, argv);
}
