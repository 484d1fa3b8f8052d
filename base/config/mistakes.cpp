// Gathers mistakes and turns them into one error.
#include "base/config/mistakes.hpp"

#include <algorithm>
#include <tuple>

namespace slipway::config {
namespace {

// More than this helps nobody, and a hostile file could hold millions.
constexpr std::size_t most_reported = 20;

}  // namespace

void Mistakes::add(const Position& at, std::string what) {
  found_.push_back({at, std::move(what)});
}

Error Mistakes::as_error() const {
  std::vector<Mistake> sorted = found_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Mistake& a, const Mistake& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  // The error carries the first position itself, the others stand in its text.
  std::string text;
  for (std::size_t i = 0; i < sorted.size() && i < most_reported; ++i) {
    const Position& at = sorted[i].at;
    if (i > 0) text += fmt::format("\n{}:{}:{}: ", at.file, at.line, at.column);
    text += sorted[i].what;
  }
  if (sorted.size() > most_reported) text += fmt::format("\nand {} more", sorted.size() - most_reported);
  return Error(Kind::usage, text).at(sorted.front().at);
}

}  // namespace slipway::config
