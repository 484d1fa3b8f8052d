// The service of pausable_service.py, running.
#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/http_client.hpp"
#include "tests/support/child.hpp"
#include "tests/support/port.hpp"
#include "tests/unit/base/folder.hpp"

namespace slipway::test {

// A file of this folder, seen from build/PRESET/bin.
inline std::string support_file(const std::string& name) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  return (program.parent_path() / "../../../tests/support" / name).lexically_normal();
}

class Pausable {
 public:
  Pausable()
      : port_(free_port()),
        process_({"/usr/bin/python3", "-B", support_file("pausable_service.py"), std::to_string(port_),
                  folder_.path().string()},
                 (folder_ / "log").string()) {
    for (int attempt = 0; attempt < 1200; ++attempt) {
      if (web::reachable(url("/work"), Millis(1000))) return;
      std::this_thread::sleep_for(Millis(50));
    }
    throw std::runtime_error("the test's service did not start");
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  void behave(const std::string& how) { std::ofstream(folder_ / "behaviour") << how; }
  void ask_for_token(const std::string& token) { std::ofstream(folder_ / "token") << token; }
  std::string token_file() const { return (folder_ / "token").string(); }
  void kill() { process_.end(); }

 private:
  Folder folder_;
  int port_;
  Child process_;
};

}  // namespace slipway::test
