// Deployments behind a stand-in for the Kubernetes API, over real HTTPS: no cluster runs here.
#include "swap/quiesce/kubernetes.hpp"
#include "tests/contract/swap/rig.hpp"
#include "tests/support/kubernetes.hpp"

namespace slipway::test {
namespace {

class KubernetesRig : public Rig {
 public:
  KubernetesRig() {
    server_.deploy("backend", 3);
    server_.deploy("worker", 1);
  }

  std::unique_ptr<swap::Quiescer> quiescer() override {
    return swap::kubernetes_quiescer(real_seams(), server_.step({"backend", "worker"}));
  }
  std::unique_ptr<swap::Quiescer> missing() override {
    return swap::kubernetes_quiescer(real_seams(), server_.step({"backend", "nothing"}));
  }

  // No pod of either, or all that there should be.
  bool is_held() override {
    const bool none = server_.pods("backend") == 0 && server_.pods("worker") == 0;
    if (!none && (server_.replicas("backend") != 3 || server_.replicas("worker") != 1))
      throw std::runtime_error("not held, and not as it was");
    return none;
  }

  void obstruct() override { server_.let("stubborn", true); }

 private:
  KubernetesServer server_;
};

}  // namespace

std::unique_ptr<Rig> kubernetes_rig() {
  return std::make_unique<KubernetesRig>();
}

}  // namespace slipway::test
