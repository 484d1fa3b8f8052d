// What a managed cluster's configuration files say. Pure text: writing them is cluster.cpp's work.
#pragma once

#include <cstdint>
#include <string>

#include "swap/servers/cluster.hpp"

namespace slipway::swap {

std::string postgresql_conf(const Cluster& cluster, const ClusterSettings& settings,
                            std::uint64_t memory_bytes);
std::string pg_hba_conf(const ClusterSettings& settings);
std::string pg_ident_conf(const Cluster& cluster, const ClusterSettings& settings);
std::uint64_t machine_memory_bytes();

}  // namespace slipway::swap
