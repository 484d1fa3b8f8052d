#include "daemon/commands/progress.hpp"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace slipway::commands {
namespace {

constexpr Millis between_draws{200};

bool is_terminal() {
  const char* kind = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && kind && std::string_view(kind) != "dumb";
}

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(bool quiet) : quiet_(quiet), terminal_(!quiet && is_terminal()) {}

Progress::~Progress() {
  clear();
}

void Progress::phase(const std::string& phase) {
  const std::lock_guard lock(mutex_);
  shown_.phase = phase;
  if (began_.count() == 0 && phase == "load") began_ = real_clock().steady();
  if (terminal_)
    draw(true);
  else
    print(phase);
}

void Progress::progress(const ingest::TableProgress& progress) {
  const std::lock_guard lock(mutex_);
  shown_.tables[progress.table] = progress;
  if (terminal_) draw(false);
}

void Progress::line(const std::string& text) {
  const std::lock_guard lock(mutex_);
  clear();
  print("  " + text);
}

void Progress::draw(bool now) {
  const Millis time = real_clock().steady();
  if (!now && time - drawn_ < between_draws) return;
  drawn_ = time;
  shown_.elapsed = began_.count() == 0 ? Millis(0) : time - began_;
  // A line that wraps would leave its upper half behind.
  fmt::print(stderr, "\r\x1b[K{}", progress_line(shown_).substr(0, terminal_columns() - 1));
  std::fflush(stderr);
  on_screen_ = true;
}

void Progress::clear() {
  if (on_screen_) fmt::print(stderr, "\r\x1b[K");
  on_screen_ = false;
}

void Progress::print(const std::string& text) {
  if (!quiet_) fmt::print(stderr, "{}\n", text);
}

}  // namespace slipway::commands
