#include "daemon/jobs/tracker.hpp"

#include <nlohmann/json.hpp>

#include "daemon/jobs/events.hpp"

namespace slipway::jobs {
namespace {

// While nobody takes them (the control database is away) this many are kept, and the rest is counted.
constexpr std::size_t most_events = 5000;

}  // namespace

void Tracker::phase(const std::string& phase) {
  const std::lock_guard lock(mutex_);
  phase_ = phase;
  changed_ = true;
  add("phase", event_data("phase", phase));
}

void Tracker::progress(const ingest::TableProgress& progress) {
  const std::lock_guard lock(mutex_);
  tables_[progress.table] = progress;
  changed_ = true;
}

void Tracker::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  add("line", event_data("text", text));
}

void Tracker::add(std::string kind, std::string data) {
  if (events_.size() < most_events)
    events_.emplace_back(std::move(kind), std::move(data));
  else
    ++left_out_;
}

std::string Tracker::progress_json() const {
  nlohmann::ordered_json json{{"phase", phase_}, {"tables", nlohmann::ordered_json::object()}};
  for (const auto& [name, table] : tables_)
    json["tables"][name] = {{"rows", table.rows},
                            {"rejected", table.rejected},
                            {"bytes_read", table.bytes_read},
                            {"bytes_total", table.bytes_total}};
  return json.dump();
}

News Tracker::take() {
  const std::lock_guard lock(mutex_);
  News news;
  news.events.swap(events_);
  if (left_out_ > 0)
    news.events.emplace_back("line",
                             event_data("text", fmt::format("({} events are left out here)", left_out_)));
  left_out_ = 0;
  if (changed_) news.progress = progress_json();
  changed_ = false;
  return news;
}

}  // namespace slipway::jobs
