// Finding `swap` from `slipway`, also when root started it from a folder that only root can enter: the folder
// is opened once, before root is dropped, and reached through its descriptor from then on.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/process.hpp"

namespace slipway {
namespace {

constexpr const char* variable = "SLIPWAY_PROGRAMS_FD";

int& folder_fd() {
  static int fd = [] {
    const char* inherited = std::getenv(variable);
    return inherited ? std::atoi(inherited) : -1;
  }();
  return fd;
}

Path own_folder() {
  std::error_code code;
  return std::filesystem::read_symlink("/proc/self/exe", code).parent_path();
}

}  // namespace

void remember_own_programs() {
  if (folder_fd() < 0) folder_fd() = ::open(own_folder().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

std::string own_program(const std::string& name) {
  if (folder_fd() < 0) return own_folder() / name;
  return fmt::format("/proc/self/fd/{}/{}", folder_fd(), name);
}

std::vector<std::string> own_program_environment() {
  if (folder_fd() < 0) return {};
  return {fmt::format("{}={}", variable, folder_fd())};
}

std::vector<int> own_program_descriptors() {
  if (folder_fd() < 0) return {};
  return {folder_fd()};
}

}  // namespace slipway
