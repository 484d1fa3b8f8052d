// Where a thread's time goes while it loads a table: into its own work, into waiting for our server, and what
// is left into waiting for the source.
#pragma once

#include <chrono>

namespace slipway::ingest {

// In seconds; summed up over threads.
struct LoadTimes {
  double source = 0;  // waiting for files or an upstream
  double work = 0;    // reading, decompressing, parsing, encoding
  double server = 0;  // waiting for our server to take what was made

  void add(const LoadTimes& other);
};

// From its making on, for the thread that made it: one at a time each thread.
class Shift {
 public:
  Shift();
  ~Shift();
  Shift(const Shift&) = delete;

  LoadTimes times() const;

 private:
  friend class Wait;
  std::chrono::steady_clock::time_point began_;
  double cpu_began_;
  double server_ = 0;
  double others_ = 0;
};

enum class WaitsFor {
  server,
  own_thread  // one that works for this one: so it is work
};

// While this lives the thread waits. Without a shift it counts nothing.
class Wait {
 public:
  explicit Wait(WaitsFor whom) : whom_(whom), began_(std::chrono::steady_clock::now()) {}
  ~Wait();
  Wait(const Wait&) = delete;

 private:
  WaitsFor whom_;
  std::chrono::steady_clock::time_point began_;
};

}  // namespace slipway::ingest
