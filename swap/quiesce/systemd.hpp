// systemd units: stopped for the switch, and those that ran are started again.
#pragma once

#include <memory>

#include "base/config/target.hpp"
#include "base/seams.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::swap {

std::unique_ptr<Quiescer> systemd_quiescer(const Seams& seams, const config::SystemdQuiesce& step);

}  // namespace slipway::swap
