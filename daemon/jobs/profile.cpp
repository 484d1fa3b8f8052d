#include "daemon/jobs/profile.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace slipway::jobs {
namespace {

// With so much of the time spent waiting for the disk, it is the disk and not what waits for it.
constexpr double disk_bound = 0.5;
// With more of it spent on what no row costs, none of the others is worth naming.
constexpr double rest_bound = 0.5;

// Seconds, since the machine started; "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345" in microseconds.
std::optional<double> waited_for_disk() {
  std::FILE* file = std::fopen("/proc/pressure/io", "re");
  if (file == nullptr) return {};
  long long total = 0;
  const int found = std::fscanf(file, "some avg10=%*f avg60=%*f avg300=%*f total=%lld", &total);
  std::fclose(file);
  if (found != 1) return {};
  return static_cast<double>(total) / 1e6;
}

double seconds(Millis time) {
  return static_cast<double>(time.count()) / 1000;
}

double seconds_of(const Phases& phases, std::string_view phase) {
  double sum = 0;
  for (const auto& [name, took] : phases)
    if (name == phase) sum += took;
  return sum;
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

std::int64_t per_second(std::int64_t amount, double time) {
  return time > 0 ? static_cast<std::int64_t>(static_cast<double>(amount) / time) : 0;
}

std::string_view words_for(std::string_view bound) {
  if (bound == "source") return "its sources";
  if (bound == "parse") return "parsing";
  if (bound == "server") return "the server taking rows";
  if (bound == "index") return "the building of indexes";
  if (bound == "rest") return "what every ingest costs, however small";
  return "the disk";
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t end = digits.size(); end > 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

}  // namespace

PhaseClock::PhaseClock(ingest::Observer& to)
    : to_(to), began_(real_clock().steady()), disk_began_(waited_for_disk()) {}

void PhaseClock::phase(const std::string& phase) {
  {
    const std::lock_guard lock(mutex_);
    begun_.emplace_back(phase, real_clock().steady());
  }
  to_.phase(phase);
}

Phases PhaseClock::phases() const {
  const std::lock_guard lock(mutex_);
  Phases phases;
  for (std::size_t i = 0; i < begun_.size(); ++i) {
    const Millis end = i + 1 < begun_.size() ? begun_[i + 1].second : real_clock().steady();
    phases.emplace_back(begun_[i].first, seconds(end - begun_[i].second));
  }
  return phases;
}

std::optional<double> PhaseClock::disk_pressure() const {
  const std::optional<double> now = waited_for_disk();
  const double passed = seconds(real_clock().steady() - began_);
  if (!now || !disk_began_ || passed <= 0) return {};
  return std::clamp((*now - *disk_began_) / passed, 0.0, 1.0);
}

Profile profile_of(Phases phases, std::optional<double> disk_pressure,
                   const std::map<std::string, ingest::TableReport>& tables) {
  Profile profile;
  profile.tables = tables;
  profile.disk_pressure = disk_pressure;
  for (const auto& [phase, took] : phases) profile.seconds += took;
  ingest::LoadTimes times;
  for (const auto& [name, table] : tables) {
    times.add(table.times);
    profile.rows += table.loaded;
    profile.bytes += table.bytes;
  }
  const double load = seconds_of(phases, "load");
  const double index = seconds_of(phases, "indexes");
  const double all = std::max(times.source + times.work + times.server, 1e-9);
  const double whole = std::max(profile.seconds, 1e-9);
  profile.shares = {{"source", load * times.source / all / whole},
                    {"parse", load * times.work / all / whole},
                    {"server", load * times.server / all / whole + seconds_of(phases, "queries") / whole},
                    {"index", index / whole}};
  const auto largest = std::max_element(profile.shares.begin(), profile.shares.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
  profile.bound = largest->first;
  const bool writes = profile.bound == "server" || profile.bound == "index";
  if (writes && disk_pressure && *disk_pressure > disk_bound) profile.bound = "disk";
  double rest = 1;
  for (const auto& [name, share] : profile.shares) rest -= share;
  profile.shares.emplace_back("rest", std::max(rest, 0.0));
  if (rest > rest_bound) profile.bound = "rest";
  profile.phases = std::move(phases);
  return profile;
}

std::string in_words(const Profile& profile) {
  if (profile.rows == 0) return "";
  std::string shares;
  for (const auto& [name, share] : profile.shares)
    shares += fmt::format("{}{} {:.0f} %", shares.empty() ? "" : ", ", name, share * 100);
  const double load = std::max(seconds_of(profile.phases, "load"), 0.001);
  return fmt::format("Bound by {} ({}); loaded {} rows/s, {:.1f} MB/s.", words_for(profile.bound), shares,
                     grouped(per_second(profile.rows, load)),
                     static_cast<double>(per_second(profile.bytes, load)) / 1e6);
}

nlohmann::json to_json(const Profile& profile) {
  using nlohmann::json;
  json phases = json::array(), shares = json::object(), tables = json::object();
  for (const auto& [phase, took] : profile.phases)
    phases.push_back({{"phase", phase}, {"seconds", rounded(took)}});
  for (const auto& [name, share] : profile.shares) shares[name] = rounded(share);
  for (const auto& [name, table] : profile.tables)
    tables[name] = {{"seconds", rounded(table.seconds)},
                    {"source_seconds", rounded(table.times.source)},
                    {"parse_seconds", rounded(table.times.work)},
                    {"server_seconds", rounded(table.times.server)},
                    {"rows_per_second", per_second(table.loaded, table.seconds)},
                    {"bytes_per_second", per_second(table.bytes, table.seconds)}};
  return {{"summary", in_words(profile)},
          {"bound", profile.bound},
          {"shares", shares},
          {"disk_pressure", profile.disk_pressure ? json(rounded(*profile.disk_pressure)) : json()},
          {"phases", phases},
          {"tables", tables}};
}

}  // namespace slipway::jobs
