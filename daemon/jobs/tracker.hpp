// What a build says, kept until somebody takes it: the build's threads never wait for the control database.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "daemon/ingest/build.hpp"

namespace slipway::jobs {

struct News {
  std::vector<std::pair<std::string, std::string>> events;  // kind, data as JSON
  std::optional<std::string> progress;                      // JSON, where it has changed
};

class Tracker : public ingest::Observer {
 public:
  void phase(const std::string& phase) override;
  void progress(const ingest::TableProgress& progress) override;
  void line(const std::string& text) override;

  // What is new since the last call.
  News take();

 private:
  void add(std::string kind, std::string data);  // with the mutex held
  std::string progress_json() const;

  std::mutex mutex_;
  std::string phase_;
  std::map<std::string, ingest::TableProgress> tables_;
  bool changed_ = false;
  std::vector<std::pair<std::string, std::string>> events_;
  std::size_t left_out_ = 0;
};

}  // namespace slipway::jobs
