// Kubernetes deployments: scaled to nothing for the switch, and back to what they were.
#pragma once

#include <memory>

#include "base/config/target.hpp"
#include "base/seams.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::swap {

std::unique_ptr<Quiescer> kubernetes_quiescer(const Seams& seams, const config::KubernetesQuiesce& step);

}  // namespace slipway::swap
