// Rules between the parts of one config file.
#include "base/config/consistency.hpp"

#include <algorithm>
#include <vector>

#include "base/config/auth_settings.hpp"
#include "base/config/pattern.hpp"
#include "base/config/source_settings.hpp"
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

// A PgBouncer of ours stands in front of it.
bool has_managed_front(const Target& target) {
  return target.mode == Mode::volume && !target.front.given();
}

// Roles and passfiles of all volume targets lie in one home. Two servers that are spelled alike are the same;
// whether others are is found out by identity, when they can be asked.
bool share_names(const Target& one, const Target& other) {
  if (one.mode == Mode::volume || other.mode == Mode::volume) return one.mode == other.mode;
  return one.server.value == other.server.value && one.server.file == other.server.file &&
         one.server.variable == other.server.variable;
}

// Each target owns a front door, a database, and the roles <database> and <database>_read.
void check_pair(const Target& one, const Target& other, Mistakes& mistakes) {
  if (has_managed_front(one) && has_managed_front(other) && one.front_port == other.front_port)
    mistakes.add(other.at,
                 fmt::format("target `{}` has the same front port {} as target `{}`; give it a `front` of "
                             "its own",
                             other.name, other.front_port, one.name));
  if (!share_names(one, other)) return;
  if (one.database_name == other.database_name)
    mistakes.add(other.at, fmt::format("target `{}` has the same `name` `{}` as target `{}`", other.name,
                                       other.database_name, one.name));
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
    if (has_managed_front(*in_order[i]) && in_order[i]->front_port == config.listen_port)
      mistakes.add(in_order[i]->at, fmt::format("target `{}`: `front` and `listen` both use port {}",
                                                in_order[i]->name, config.listen_port));
    for (std::size_t k = 0; k < i; ++k) check_pair(*in_order[k], *in_order[i], mistakes);
  }
}

// A table that a pipeline fills and users write would be loaded, and then overwritten by what is carried.
void check_carried(const Pipeline& pipeline, const Table& table, const Config& config, Mistakes& mistakes) {
  const auto target = config.targets.find(pipeline.target);
  if (target == config.targets.end()) return;
  for (const std::string& pattern : target->second.carry)
    if (matches(pattern, table.name))
      mistakes.add(table.at,
                   fmt::format("table `{}` of pipeline `{}` is also carried from live (`carry: {}` of target "
                               "`{}`); keep one of the two",
                               table.name, pipeline.name, pattern, pipeline.target));
}

void check_pipeline(const Pipeline& pipeline, const Config& config, Mistakes& mistakes) {
  if (!pipeline.target.empty() && !config.targets.count(pipeline.target))
    mistakes.add(pipeline.at, fmt::format("pipeline `{}`: there is no target `{}`; {}", pipeline.name,
                                          pipeline.target, meant(pipeline.target, config.targets)));
  for (const Table& table : pipeline.tables) {
    if (table.name.size() > 63)
      mistakes.add(table.at, fmt::format("`{}`: a table's name has at most 63 bytes", table.name));
    check_carried(pipeline, table, config, mistakes);
    check_source(pipeline, table, mistakes);
  }
}

}  // namespace

void check_consistency(const Config& config, Mistakes& mistakes) {
  check_targets(config, mistakes);
  check_auth(config, mistakes);
  for (const auto& [name, pipeline] : config.pipelines) check_pipeline(pipeline, config, mistakes);
}

}  // namespace slipway::config
