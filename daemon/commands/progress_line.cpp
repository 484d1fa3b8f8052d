#include "daemon/commands/progress_line.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace slipway::commands {
namespace {

constexpr int bar_cells = 20;

struct Sum {
  std::int64_t rows = 0, rejected = 0, bytes_read = 0, bytes_total = 0;
};

Sum sum_of(const BuildProgress& progress) {
  Sum sum;
  for (const auto& [name, table] : progress.tables) {
    sum.rows += table.rows;
    sum.rejected += table.rejected;
    sum.bytes_read += table.bytes_read;
    sum.bytes_total += table.bytes_total;
  }
  return sum;
}

std::string bar(const Sum& sum) {
  const auto cells = static_cast<std::size_t>(std::clamp<std::int64_t>(
      sum.bytes_read * bar_cells / std::max<std::int64_t>(sum.bytes_total, 1), 0, bar_cells));
  return "[" + std::string(cells, '#') + std::string(bar_cells - cells, '-') + "]";
}

std::string speed(const Sum& sum, Millis elapsed) {
  const std::int64_t bytes_per_second = sum.bytes_read * 1000 / std::max<std::int64_t>(elapsed.count(), 1);
  std::string text = megabytes(bytes_per_second) + " MB/s";
  if (bytes_per_second > 0 && sum.bytes_total > sum.bytes_read)
    text += "  ETA " + minutes_seconds((sum.bytes_total - sum.bytes_read) / bytes_per_second);
  return text;
}

}  // namespace

std::string progress_line(const BuildProgress& progress) {
  const Sum sum = sum_of(progress);
  std::string line = progress.phase;
  if (sum.bytes_total > 0)
    line += fmt::format("  {}  {} rows  {} of {} MB  {}", bar(sum), grouped(sum.rows),
                        megabytes(sum.bytes_read), megabytes(sum.bytes_total), speed(sum, progress.elapsed));
  else if (sum.rows > 0)  // of an upstream nobody knows how much there is
    line += fmt::format("  {} rows  {} MB  {}", grouped(sum.rows), megabytes(sum.bytes_read),
                        speed(sum, progress.elapsed));
  if (sum.rejected > 0) line += fmt::format("  {} rejected", grouped(sum.rejected));
  return line;
}

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.starts_with('-') ? 1 : 0;
  for (std::size_t end = digits.size(); end > first + 3; end -= 3) digits.insert(end - 3, 1, ',');
  return digits;
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / 1e6);
}

std::string minutes_seconds(std::int64_t seconds) {
  if (seconds >= 3600) return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

}  // namespace slipway::commands
