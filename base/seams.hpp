// The outside world that a room acts on, in one hand: tests pass one whose Nth call fails.
#pragma once

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/pg/connections.hpp"
#include "base/process.hpp"

namespace slipway {

struct Seams {
  Files& files;
  Clock& clock;
  Processes& processes;
  pg::Connections& connections = pg::real_connections();
};

inline Seams real_seams() {
  return {real_files(), real_clock(), real_processes()};
}

}  // namespace slipway
