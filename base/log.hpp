// The log: one line an event on standard error, with the job's id where there is one. JSON lines for
// machines.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

namespace slipway::log {

enum class Level { debug, info, warning, error };

// Once, at start. Without it, warnings and errors go to standard error as text.
void configure(Level lowest, bool as_json);

void write(Level level, std::string_view message);

// Every line that this thread writes while this lives carries the job's id.
class Job {
 public:
  explicit Job(std::string id);
  ~Job();
  Job(const Job&) = delete;

 private:
  std::string outer_;
};

template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::info, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::warning, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  write(Level::error, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace slipway::log
