// Conversations with the Kubernetes API (a stand-in, over real HTTPS) that do not go smoothly.
#include "swap/quiesce/kubernetes.hpp"

#include <gmock/gmock.h>

#include "tests/support/kubernetes.hpp"

namespace slipway {
namespace {

using test::must;
using testing::HasSubstr;

class Kubernetes : public testing::Test {
 protected:
  Kubernetes() { server_.deploy("backend", 3); }
  std::unique_ptr<swap::Quiescer> backend() const {
    return swap::kubernetes_quiescer(real_seams(), server_.step({"backend"}));
  }
  test::KubernetesServer server_;
};

TEST_F(Kubernetes, ReadsAgainWhenSomebodyElseWrites) {
  server_.let("conflicts", 2);
  must(backend()->pause("backend=3", Millis(60'000)));
  EXPECT_EQ(server_.replicas("backend"), 0);
  server_.let("conflicts", 2);
  must(backend()->resume("backend=3", Millis(60'000)));
  EXPECT_EQ(server_.replicas("backend"), 3);
}

TEST_F(Kubernetes, QuotesARefusalAndSaysWhichRightsAreMissing) {
  server_.let("forbid", "deployments.apps \"backend\" is forbidden: no");
  const Done paused = backend()->pause("backend=3", Millis(20'000));
  ASSERT_FALSE(paused);
  EXPECT_THAT(paused.error().text(), HasSubstr("403"));
  EXPECT_THAT(paused.error().text(), HasSubstr("is forbidden: no"));
  EXPECT_THAT(paused.error().text(), HasSubstr("deployments/scale"));
}

TEST_F(Kubernetes, SaysThatItsTokenIsNotAcceptedAndNotTheToken) {
  server_.let("token", "another");
  const auto looked = backend()->look();
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().text(), HasSubstr("401"));
  EXPECT_THAT(looked.error().text(), testing::Not(HasSubstr("a token")));
}

TEST_F(Kubernetes, RefusesACertificateThatItDoesNotKnow) {
  config::KubernetesQuiesce step = server_.step({"backend"});
  step.ca_file.clear();
  const auto looked = swap::kubernetes_quiescer(real_seams(), step)->look();
  ASSERT_FALSE(looked);
  EXPECT_THAT(looked.error().text(), HasSubstr("certificate"));
}

TEST_F(Kubernetes, WaitsForPodsThatTakeTheirTime) {
  server_.let("pod_seconds", 2);
  must(backend()->pause("backend=3", Millis(60'000)));
  EXPECT_EQ(server_.pods("backend"), 0u);
}

TEST_F(Kubernetes, LeavesAloneWhatSomebodyElseHasScaledMeanwhile) {
  must(backend()->pause("backend=3", Millis(60'000)));
  nlohmann::json state = server_.state();
  state["deployments"]["backend"]["replicas"] = 5;
  server_.set(state);
  must(backend()->resume("backend=3", Millis(60'000)));
  EXPECT_EQ(server_.replicas("backend"), 5);
}

TEST_F(Kubernetes, LeavesAtNothingWhatWasAtNothing) {
  server_.deploy("idle", 0);
  const auto idle = swap::kubernetes_quiescer(real_seams(), server_.step({"idle"}));
  EXPECT_THAT(must(idle->look()), testing::ElementsAre(HasSubstr("scaled to 0")));
  const std::string memo = must(idle->remember());
  must(idle->pause(memo, Millis(60'000)));
  must(idle->resume(memo, Millis(60'000)));
  EXPECT_EQ(server_.replicas("idle"), 0);
}

}  // namespace
}  // namespace slipway
