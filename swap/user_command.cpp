#include "swap/user_command.hpp"

#include <unistd.h>

#include "base/excerpt.hpp"
#include "base/program_path.hpp"
#include "swap/user.hpp"

namespace slipway::swap {

Result<std::string> run_user_command(const Seams& seams, const UserCommand& command) {
  const User user = TRY(user_with_id(::geteuid()));
  Command run;
  run.argv = command.argv;
  run.folder = command.folder;
  run.limit = command.limit;
  run.environment = {"HOME=" + user.folder, "USER=" + user.name, "LANG=C.UTF-8"};
  run.environment.insert(run.environment.end(), command.variables.begin(), command.variables.end());
  const Finished finished = TRY(seams.processes.run(run));
  if (finished.status == 0 && !finished.timed_out) return finished.output;
  const std::string said = finished.output.empty() ? "" : ": " + end_of(finished.output);
  if (finished.timed_out)
    return fail("{} did not end within {} ms and was killed, with all its children{}", command.argv[0],
                command.limit.count(), said);
  return fail("{} ended with status {}{}", command.argv[0], finished.status, said);
}

Done find_user_command(const UserCommand& command) {
  const std::string& name = command.argv.at(0);
  const bool is_path = name.find('/') != std::string::npos;
  const Path program = is_path ? command.folder / name : Path(program_path(name));
  if (!program.empty() && ::access(program.c_str(), X_OK) == 0) return {};
  if (!is_path)
    return fail("cannot find the program {}", name).next("Install it, or add its folder to PATH.");
  return errno_error("cannot run " + program.string())
      .next("It must be there, with the right to execute it (chmod +x).");
}

}  // namespace slipway::swap
