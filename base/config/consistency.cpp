// Rules between the parts of one config file.
#include "base/config/consistency.hpp"

#include <algorithm>
#include <vector>

#include "base/config/suggest.hpp"

namespace slipway::config {
namespace {

template <class Map>
std::string meant(const std::string& typed, const Map& map) {
  std::vector<std::string_view> known;
  for (const auto& [name, unused] : map) known.push_back(name);
  const std::string near = nearest(typed, known);
  if (!near.empty()) return fmt::format("did you mean `{}`?", near);
  std::string names;
  for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  return names.empty() ? "there is none" : "there is: " + names;
}

void check_mode(const Target& target, Mistakes& mistakes) {
  if (target.mode == Mode::volume) return;
  mistakes.add(target.at,
               fmt::format("target `{}`: `mode: {}` is not built yet in this version; expected volume",
                           target.name, target.mode == Mode::database ? "database" : "schema"));
}

// Each target owns a front door, a database, and the roles <database> and <database>_read.
void check_pair(const Target& one, const Target& other, Mistakes& mistakes) {
  if (one.front_port == other.front_port)
    mistakes.add(other.at,
                 fmt::format("target `{}` has the same front port {} as target `{}`; give it a `front` of "
                             "its own",
                             other.name, other.front_port, one.name));
  if (one.database_name == other.database_name)
    mistakes.add(other.at, fmt::format("target `{}` has the same database name `{}` as target `{}`",
                                       other.name, other.database_name, one.name));
  if (one.database_name + "_read" == other.database_name ||
      other.database_name + "_read" == one.database_name)
    mistakes.add(other.at,
                 fmt::format("target `{}`: a database `{}` collides with the read-only role of target `{}`",
                             other.name, other.database_name, one.name));
}

void check_targets(const Config& config, Mistakes& mistakes) {
  std::vector<const Target*> in_order;
  for (const auto& [name, target] : config.targets) in_order.push_back(&target);
  std::sort(in_order.begin(), in_order.end(),
            [](const Target* a, const Target* b) { return a->at.line < b->at.line; });
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    check_mode(*in_order[i], mistakes);
    if (in_order[i]->front_port == config.listen_port)
      mistakes.add(in_order[i]->at, fmt::format("target `{}`: `front` and `listen` both use port {}",
                                                in_order[i]->name, config.listen_port));
    for (std::size_t k = 0; k < i; ++k) check_pair(*in_order[k], *in_order[i], mistakes);
  }
}

void check_pipeline(const Pipeline& pipeline, const Config& config, Mistakes& mistakes) {
  if (!pipeline.target.empty() && !config.targets.count(pipeline.target))
    mistakes.add(pipeline.at, fmt::format("pipeline `{}`: there is no target `{}`; {}", pipeline.name,
                                          pipeline.target, meant(pipeline.target, config.targets)));
  for (const Table& table : pipeline.tables) {
    if (table.name.size() > 63)
      mistakes.add(table.at, fmt::format("`{}`: a table's name has at most 63 bytes", table.name));
    if (table.from.empty() || pipeline.sources.count(table.from)) continue;
    mistakes.add(table.at, fmt::format("table `{}` of pipeline `{}`: there is no source `{}`; {}", table.name,
                                       pipeline.name, table.from, meant(table.from, pipeline.sources)));
  }
}

}  // namespace

void check_consistency(const Config& config, Mistakes& mistakes) {
  check_targets(config, mistakes);
  for (const auto& [name, pipeline] : config.pipelines) check_pipeline(pipeline, config, mistakes);
}

}  // namespace slipway::config
