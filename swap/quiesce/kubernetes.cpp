#include "swap/quiesce/kubernetes.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <sstream>

#include "swap/quiesce/kubernetes_api.hpp"
#include "swap/quiesce/time_left.hpp"

namespace slipway::swap {
namespace {

constexpr Millis look_limit{10'000};
constexpr Millis between_looks{100};
constexpr int most_conflicts = 20;

// "backend=3 worker=1", and back.
std::map<std::string, int> replicas_in(const std::string& memo) {
  std::istringstream words(memo);
  std::map<std::string, int> replicas;
  for (std::string word; words >> word;)
    if (const std::size_t equals = word.find('='); equals != std::string::npos)
      replicas[word.substr(0, equals)] = std::atoi(word.c_str() + equals + 1);
  return replicas;
}

class Kubernetes : public Quiescer {
 public:
  Kubernetes(const Seams& seams, config::KubernetesQuiesce step) : seams_(seams), step_(std::move(step)) {}

  std::string name() const override {
    return fmt::format("kubernetes:{}/{}", step_.namespace_name, fmt::join(step_.deployments, ","));
  }
  Result<std::vector<std::string>> look() override;
  Result<std::string> remember() override;
  Done pause(const std::string& memo, Millis limit) override;
  Done resume(const std::string& memo, Millis limit) override;

 private:
  // `decide` says from how many to how many; the same number: nothing to do.
  template <class Decide>
  Done change(const KubernetesApi& api, const std::string& deployment, const TimeLeft& time, Decide decide);
  Done stop(const TimeLeft& time);
  Done wait_until_gone(const KubernetesApi& api, const std::string& deployment, const TimeLeft& time);
  Done wait_until_made(const KubernetesApi& api, const std::string& deployment, int replicas,
                       const TimeLeft& time);

  Seams seams_;
  config::KubernetesQuiesce step_;
};

// An autoscaler or a rollout may write at the same moment: then it is read and decided again.
template <class Decide>
Done Kubernetes::change(const KubernetesApi& api, const std::string& deployment, const TimeLeft& time,
                        Decide decide) {
  for (int attempt = 0; attempt < most_conflicts && !time.over(); ++attempt) {
    const Scale now = TRY(api.scale(deployment, time.left()));
    const int wanted = decide(now.wanted);
    if (wanted == now.wanted) return {};
    if (TRY(api.set_scale(deployment, now, wanted, time.left()))) return {};
    time.nap(between_looks);
  }
  return fail("{} could not be scaled: others keep changing it", deployment);
}

Done Kubernetes::wait_until_gone(const KubernetesApi& api, const std::string& deployment,
                                 const TimeLeft& time) {
  const Scale scale = TRY(api.scale(deployment, time.left()));
  // Not the deployment's own count: that leaves out pods that are ending, and those still serve.
  while (TRY(api.has_pods(scale.selector, time.left()))) {
    if (time.over())
      return fail("pods of {} are still there", deployment)
          .next("Their terminationGracePeriodSeconds may be longer than the target's `deadline`.");
    time.nap(between_looks);
  }
  return {};
}

// Not until they are ready: that may need a pooler that is resumed after them.
Done Kubernetes::wait_until_made(const KubernetesApi& api, const std::string& deployment, int replicas,
                                 const TimeLeft& time) {
  while (true) {
    const Scale now = TRY(api.scale(deployment, time.left()));
    if (now.wanted == 0 || now.made >= std::min(replicas, now.wanted)) return {};
    if (time.over())
      return fail("{} has {} of {} pods", deployment, now.made, replicas)
          .next("kubectl describe deployment " + deployment);
    time.nap(between_looks);
  }
}

Result<std::vector<std::string>> Kubernetes::look() {
  const KubernetesApi api = TRY(KubernetesApi::of(step_));
  std::vector<std::string> lines;
  for (const std::string& deployment : step_.deployments) {
    const Scale scale = TRY(api.scale(deployment, look_limit));
    TRY(api.has_pods(scale.selector, look_limit));
    if (scale.wanted == 0) lines.push_back(deployment + " is scaled to 0: it will stay so");
  }
  return lines;
}

Result<std::string> Kubernetes::remember() {
  const KubernetesApi api = TRY(KubernetesApi::of(step_));
  std::string memo;
  for (const std::string& deployment : step_.deployments)
    memo += fmt::format("{}{}={}", memo.empty() ? "" : " ", deployment,
                        TRY(api.scale(deployment, look_limit)).wanted);
  return memo;
}

Done Kubernetes::stop(const TimeLeft& time) {
  const KubernetesApi api = TRY(KubernetesApi::of(step_));
  for (const std::string& deployment : step_.deployments)
    TRY(change(api, deployment, time, [](int) { return 0; }));
  for (const std::string& deployment : step_.deployments) TRY(wait_until_gone(api, deployment, time));
  return {};
}

Done Kubernetes::pause(const std::string& memo, Millis limit) {
  Done stopped = stop(TimeLeft(seams_.clock, limit - reserve_of(limit)));
  if (stopped) return {};
  Done resumed = resume(memo, reserve_of(limit));
  if (resumed) return stopped;
  return error(Kind::needs_operator, "not all of {} could be scaled back: {}", memo,
               resumed.error().summary())
      .because(std::move(stopped).error())
      .next("kubectl scale deployment, to the numbers above.");
}

Done Kubernetes::resume(const std::string& memo, Millis limit) {
  const KubernetesApi api = TRY(KubernetesApi::of(step_));
  const TimeLeft time(seams_.clock, limit);
  Done outcome;
  for (const auto& [deployment, replicas] : replicas_in(memo)) {
    // What is not at 0 is not held: somebody else has scaled it meanwhile, and knows better.
    Done done = change(api, deployment, time, [&](int now) { return now == 0 ? replicas : now; });
    if (done) done = wait_until_made(api, deployment, replicas, time);
    if (!done && outcome) outcome = std::move(done);
  }
  return outcome;
}

}  // namespace

std::unique_ptr<Quiescer> kubernetes_quiescer(const Seams& seams, const config::KubernetesQuiesce& step) {
  return std::make_unique<Kubernetes>(seams, step);
}

}  // namespace slipway::swap
