// Units behind a stand-in for systemctl, first in PATH while this lives; their services are real processes.
#pragma once

#include <signal.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "tests/support/must.hpp"
#include "tests/support/pausable.hpp"
#include "tests/unit/base/folder.hpp"

namespace slipway::test {

class Units {
 public:
  Units() : path_(std::getenv("PATH")) {
    std::filesystem::copy(support_file("systemctl"), folder_ / "systemctl");
    ::setenv("PATH", (folder_.path().string() + ":" + path_).c_str(), 1);
  }
  ~Units() {
    for (const std::string& name : names_)
      if (runs(name)) ::kill(pid(name), SIGKILL);
    ::setenv("PATH", path_.c_str(), 1);
  }

  void install(const std::string& name, bool started) {
    names_.push_back(name);
    std::filesystem::create_directory(folder_ / name);
    put(name, "state", "inactive");
    if (!started) return;
    Command start;
    start.argv = {(folder_ / "systemctl").string(), "start", name};
    must(run_checked(real_processes(), start));
  }
  void put(const std::string& name, const std::string& file, const std::string& text) {
    std::ofstream(folder_ / name / file) << text << "\n";
  }
  bool runs(const std::string& name) const { return pid(name) > 0 && ::kill(pid(name), 0) == 0; }

 private:
  pid_t pid(const std::string& name) const {
    std::ifstream file(folder_.path() / name / "pid");
    pid_t pid = 0;
    file >> pid;
    return pid;
  }

  Folder folder_;
  std::string path_;
  std::vector<std::string> names_;
};

}  // namespace slipway::test
