#include "daemon/ingest/load/shift.hpp"

#include <algorithm>
#include <ctime>

namespace slipway::ingest {
namespace {

thread_local Shift* current = nullptr;

double thread_cpu() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace

void LoadTimes::add(const LoadTimes& other) {
  source += other.source;
  work += other.work;
  server += other.server;
}

Shift::Shift() : began_(std::chrono::steady_clock::now()), cpu_began_(thread_cpu()) {
  current = this;
}

Shift::~Shift() {
  current = nullptr;
}

LoadTimes Shift::times() const {
  LoadTimes times;
  times.work = thread_cpu() - cpu_began_ + others_;
  times.server = server_;
  times.source = std::max(since(began_) - times.work - times.server, 0.0);
  return times;
}

Wait::~Wait() {
  if (current != nullptr) (whom_ == WaitsFor::server ? current->server_ : current->others_) += since(began_);
}

}  // namespace slipway::ingest
