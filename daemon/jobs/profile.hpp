// Where the time of an ingest went, and which bound it hit: the source, the parsing, the server taking rows,
// the indexes, or the disk below them.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "daemon/ingest/build.hpp"

namespace slipway::jobs {

// Seconds of each phase, in the order in which they came.
using Phases = std::vector<std::pair<std::string, double>>;

// Passes everything on, and notes when each phase began.
class PhaseClock : public ingest::Observer {
 public:
  explicit PhaseClock(ingest::Observer& to);
  void phase(const std::string& phase) override;
  void progress(const ingest::TableProgress& progress) override { to_.progress(progress); }
  void line(const std::string& text) override { to_.line(text); }

  Phases phases() const;
  // The share of the time in which something on this machine waited for its disk; nothing where the kernel
  // does not say.
  std::optional<double> disk_pressure() const;

 private:
  ingest::Observer& to_;
  mutable std::mutex mutex_;
  std::vector<std::pair<std::string, Millis>> begun_;
  Millis began_;
  std::optional<double> disk_began_;
};

struct Profile {
  Phases phases;
  std::string bound;  // the largest of the shares; or disk
  std::vector<std::pair<std::string, double>>
      shares;  // of the whole time: source, parse, server, index, rest
  std::optional<double> disk_pressure;
  double seconds = 0;
  std::int64_t rows = 0;
  std::int64_t bytes = 0;
  std::map<std::string, ingest::TableReport> tables;
};

Profile profile_of(Phases phases, std::optional<double> disk_pressure,
                   const std::map<std::string, ingest::TableReport>& tables);

// One line for people; empty where nothing was loaded.
std::string in_words(const Profile& profile);
nlohmann::json to_json(const Profile& profile);

}  // namespace slipway::jobs
