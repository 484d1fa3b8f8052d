// Edit distance with swapped neighbours counted as one change: the usual slips of a keyboard.
#include "base/config/suggest.hpp"

#include <algorithm>

namespace slipway::config {
namespace {

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) cost[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) cost[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view typed, const std::vector<std::string_view>& known) {
  constexpr std::size_t longest = 64;
  if (typed.size() > longest) return {};
  std::string best;
  // One change for each three letters: `hmoe` is home, `x` is nothing.
  std::size_t allowed = std::max<std::size_t>(1, typed.size() / 3) + 1;
  for (const std::string_view name : known) {
    const std::size_t changes = distance(typed, name);
    if (changes >= allowed || changes >= std::max(typed.size(), name.size())) continue;
    allowed = changes;
    best = name;
  }
  return best;
}

}  // namespace slipway::config
