#include "swap/own_command.hpp"

namespace slipway::swap {

Result<Command> own_command(const Context& context, const std::vector<std::string>& words) {
  const Path folder = target_names(context.home.names(), context.target.name).folder;
  const Path config = folder / "slipway.yaml";
  TRY(context.seams.files.make_folders(folder));
  TRY(context.seams.files.write(config, context.home.config_text, 0640));
  Command command;
  command.argv = {own_program("swap")};
  command.argv.insert(command.argv.end(), words.begin(), words.end());
  for (const std::string& word : {std::string("--config"), config.string(), std::string("--config-folder"),
                                  context.home.config_folder.string(), std::string("--home"),
                                  context.home.path.string(), std::string("--target"), context.target.name})
    command.argv.push_back(word);
  command.inherit_environment = true;  // the config may name secrets in it
  command.environment = own_program_environment();
  command.keep_fds = own_program_descriptors();
  command.folder = "/";
  return command;
}

}  // namespace slipway::swap
