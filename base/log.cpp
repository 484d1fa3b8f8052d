#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/clock.hpp"

namespace slipway::log {
namespace {

thread_local std::string current_job;
bool json_lines = false;  // set once, before threads start

spdlog::level::level_enum spd(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

const char* name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

// The sink does the locking; the line is finished before it gets there.
spdlog::logger& logger() {
  static const auto shared = [] {
    auto made =
        std::make_shared<spdlog::logger>("slipway", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    made->set_pattern("%v");
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *shared;
}

std::string as_text(Level level, std::string_view message) {
  const std::string job = current_job.empty() ? "" : fmt::format(" job {}:", current_job);
  return fmt::format("{} {:<7}{} {}", iso_time(real_clock().now()), name(level), job, message);
}

std::string as_json(Level level, std::string_view message) {
  nlohmann::ordered_json line{{"time", iso_time(real_clock().now())}, {"level", name(level)}};
  if (!current_job.empty()) line["job"] = current_job;
  line["message"] = message;
  // What came from outside may be any bytes; a log line must come out whatever they are.
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void configure(Level lowest, bool as_json_lines) {
  json_lines = as_json_lines;
  logger().set_level(spd(lowest));
}

void write(Level level, std::string_view message) {
  if (!logger().should_log(spd(level))) return;
  const std::string line = json_lines ? as_json(level, message) : as_text(level, message);
  logger().log(spd(level), fmt::string_view(line.data(), line.size()));
}

Job::Job(std::string id) : outer_(std::exchange(current_job, std::move(id))) {}

Job::~Job() {
  current_job = std::move(outer_);
}

}  // namespace slipway::log
