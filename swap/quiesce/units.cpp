#include "swap/quiesce/units.hpp"

#include <sstream>

#include "base/excerpt.hpp"

namespace slipway::swap {

Result<std::vector<Unit>> units_from(const std::string& output, const std::vector<std::string>& names) {
  std::vector<Unit> units;
  std::istringstream lines(output);
  std::string line;
  bool between = true;
  while (std::getline(lines, line)) {
    if (line.empty()) {
      between = true;
      continue;
    }
    if (between) units.emplace_back();
    between = false;
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos) continue;
    const std::string key = line.substr(0, equals), value = line.substr(equals + 1);
    if (key == "LoadState") units.back().load = value;
    if (key == "ActiveState") units.back().active = value;
    if (key == "TriggeredBy") units.back().triggered = value;
  }
  if (units.size() != names.size())
    return fail("systemctl described {} units where {} were asked for: {}", units.size(), names.size(),
                beginning_of(output));
  for (std::size_t index = 0; index < names.size(); ++index) units[index].name = names[index];
  return units;
}

}  // namespace slipway::swap
