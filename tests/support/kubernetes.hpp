// The API of kubernetes_api.py, running over TLS with a certificate of its own, and its state.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/support/certificate.hpp"
#include "tests/support/child.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/must.hpp"
#include "tests/support/pausable.hpp"
#include "tests/support/port.hpp"
#include "tests/unit/base/folder.hpp"

namespace slipway::test {

class KubernetesServer {
 public:
  KubernetesServer() : port_(free_port()) {
    make_certificate(ca(), key());
    std::ofstream(folder_ / "token") << "a token\n";
    set({{"deployments", nlohmann::json::object()},
         {"version", 100},
         {"token", "a token"},
         {"forbid", ""},
         {"conflicts", 0},
         {"pod_seconds", 0.3},
         {"stubborn", false}});
    process_ = std::make_unique<Child>(
        std::vector<std::string>{"/usr/bin/python3", "-B", support_file("kubernetes_api.py"),
                                 std::to_string(port_), folder_.path().string(), ca(), key()},
        (folder_ / "log").string());
    for (int attempt = 0; attempt < 1200; ++attempt) {
      if (Wire(port_).connected()) return;
      std::this_thread::sleep_for(Millis(50));
    }
    throw std::runtime_error("the test's Kubernetes API did not start");
  }

  std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }
  std::string ca() const { return (folder_ / "ca.pem").string(); }
  std::string token_file() const { return (folder_ / "token").string(); }

  // Between requests only: the server reads it at each.
  nlohmann::json state() const {
    std::ifstream file(folder_ / "state.json");
    return nlohmann::json::parse(file);
  }
  void set(const nlohmann::json& state) {
    std::ofstream(folder_ / "state.new") << state.dump();
    std::filesystem::rename(folder_ / "state.new", folder_ / "state.json");
  }
  void deploy(const std::string& name, int replicas) {
    nlohmann::json now = state();
    now["deployments"][name] = {{"replicas", replicas}, {"pods", nlohmann::json::object()}};
    for (int pod = 0; pod < replicas; ++pod)
      now["deployments"][name]["pods"][name + "-" + std::to_string(pod)] = nullptr;
    set(now);
  }
  void let(const std::string& key, const nlohmann::json& value) {
    nlohmann::json now = state();
    now[key] = value;
    set(now);
  }
  int replicas(const std::string& name) const { return state().at("deployments").at(name).at("replicas"); }
  std::size_t pods(const std::string& name) const {
    return state().at("deployments").at(name).at("pods").size();
  }

  config::KubernetesQuiesce step(std::vector<std::string> deployments) const {
    config::KubernetesQuiesce step;
    step.namespace_name = "portal";
    step.deployments = std::move(deployments);
    step.api = url();
    step.token.file = token_file();
    step.ca_file = ca();
    return step;
  }

 private:
  std::string key() const { return (folder_ / "key.pem").string(); }

  Folder folder_;
  int port_;
  std::unique_ptr<Child> process_;
};

}  // namespace slipway::test
