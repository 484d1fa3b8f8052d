// The part of the Kubernetes API that holding deployments still needs: their scale, and their pods.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/clock.hpp"
#include "base/config/secret.hpp"
#include "base/config/target.hpp"
#include "base/error.hpp"

namespace slipway::swap {

struct Scale {
  int wanted = 0;        // spec.replicas
  int made = 0;          // status.replicas
  std::string selector;  // of its pods
  std::string version;   // of what was read: a change by somebody else meanwhile is noticed
};

class KubernetesApi {
 public:
  // At the step's `api` with its token, or the cluster that we run in, as a pod finds it.
  static Result<KubernetesApi> of(const config::KubernetesQuiesce& step);

  Result<Scale> scale(const std::string& deployment, Millis limit) const;
  // False where somebody else has changed it since it was read.
  Result<bool> set_scale(const std::string& deployment, const Scale& read, int replicas, Millis limit) const;
  // Whether a pod is left that has not ended, those that are ending among them.
  Result<bool> has_pods(const std::string& selector, Millis limit) const;

 private:
  Result<nlohmann::json> call(const std::string& method, const std::string& path, const std::string& body,
                              Millis limit, int* status) const;
  std::string scale_path(const std::string& deployment) const;

  std::string url_;
  std::string token_;
  Path ca_file_;
  std::string namespace_;
};

}  // namespace slipway::swap
