// The receiver of receiver.py, running.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/certificate.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/must.hpp"
#include "tests/support/pausable.hpp"

namespace slipway::test {

enum class Wrapped { plain, tls };

class Receiver {
 public:
  explicit Receiver(Wrapped wrapped = Wrapped::plain)
      : wrapped_(wrapped), port_(free_port()), process_(words(), (folder_ / "log").string()) {
    for (int attempt = 0; attempt < 1200; ++attempt) {
      if (Wire(port_).connected()) return;
      std::this_thread::sleep_for(Millis(50));
    }
    throw std::runtime_error("the test's receiver did not start");
  }

  std::string url(const std::string& path) const {
    return fmt::format("http{}://127.0.0.1:{}{}", wrapped_ == Wrapped::tls ? "s" : "", port_, path);
  }
  void behave(const std::string& how) { std::ofstream(folder_ / "behaviour") << how; }
  std::vector<nlohmann::json> requests() const {
    std::ifstream file(folder_ / "requests");
    std::vector<nlohmann::json> all;
    for (std::string line; std::getline(file, line);) all.push_back(nlohmann::json::parse(line));
    return all;
  }
  // A file with that line in it.
  Path file(const std::string& name, const std::string& line) const {
    std::ofstream(folder_ / name) << line << "\n";
    return folder_ / name;
  }

 private:
  // With a certificate that nobody else knows.
  std::vector<std::string> words() {
    std::vector<std::string> all = {"/usr/bin/python3", "-B", support_file("receiver.py"),
                                    std::to_string(port_), folder_.path().string()};
    if (wrapped_ == Wrapped::plain) return all;
    const std::string certificate = (folder_ / "ca.pem").string(), key = (folder_ / "key.pem").string();
    make_certificate(certificate, key);
    all.insert(all.end(), {certificate, key});
    return all;
  }

  Wrapped wrapped_;
  Folder folder_;
  int port_;
  Child process_;
};

}  // namespace slipway::test
