// Loading slipway.yaml: find it, read it, fill the values by the settings tables, and check them against each
// other.
#include "base/config/config.hpp"

#include "base/config/consistency.hpp"
#include "base/config/document.hpp"
#include "base/config/settings.hpp"

namespace slipway::config {
namespace {

constexpr std::size_t largest_file_bytes = 1 << 20;

template <class Map>
std::string names_of(const Map& map) {
  std::string names;
  for (const auto& [name, unused] : map) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

// The one with that name; with an empty name the only one.
template <class Map>
Result<const typename Map::mapped_type*> pick(const Map& map, const std::string& name, std::string_view what,
                                              std::string_view how, const std::string& file) {
  if (name.empty() && map.size() == 1) return &map.begin()->second;
  if (name.empty())
    return error(Kind::usage, "{} does not say by itself which {} is meant", file, what)
        .next(map.empty() ? fmt::format("Describe a {} in it first.", what)
                          : fmt::format("Name one with {}: {}.", how, names_of(map)));
  const auto found = map.find(name);
  if (found == map.end())
    return error(Kind::usage, "there is no {} `{}` in {}", what, name, file)
        .next(fmt::format("There is: {}.", names_of(map)));
  return &found->second;
}

Result<std::string> read_config(const Path& file) {
  Result<std::string> text = real_files().read(file, largest_file_bytes);
  if (!text) return error(Kind::usage, "cannot read the config").because(std::move(text).error());
  return text;
}

}  // namespace

Result<const Target*> Config::target(const std::string& name) const {
  return pick(targets, name, "target", "--target", file.string());
}

Result<const Pipeline*> Config::pipeline(const std::string& name) const {
  return pick(pipelines, name, "pipeline", "its name", file.string());
}

Result<Path> find(const std::optional<Path>& named) {
  if (named) {
    if (TRY(real_files().is_there(*named))) return *named;
    return error(Kind::usage, "there is no config file {}", named->string())
        .next("Give --config another path, or write a starter portal with: slipway init");
  }
  for (const char* usual : {"slipway.yaml", "/etc/slipway/slipway.yaml"})
    if (TRY(real_files().is_there(usual))) return Path(usual);
  return error(Kind::usage, "there is no ./slipway.yaml and no /etc/slipway/slipway.yaml")
      .next("Name another with --config FILE, or write a starter portal with: slipway init");
}

Result<Config> load(const Path& file, const Path& folder) {
  const std::string text = TRY(read_config(file));
  const Value document = TRY(parse_document(file.string(), text));
  Config config;
  config.file = std::filesystem::absolute(file).lexically_normal();
  config.folder = folder.empty() ? config.file.parent_path() : folder;
  Mistakes mistakes(file.string());
  const Scope scope{mistakes, config.folder, ""};
  if (document.type != Value::Type::map)
    return error(Kind::usage, "expected a map with `targets` and `pipelines`").at({file.string(), 1, 1});
  read_settings(scope, document, file_settings(), config);
  check_consistency(config, mistakes);
  if (!mistakes.none()) return mistakes.as_error();
  return config;
}

std::string with_defaults(const Config& config) {
  return to_yaml(show_settings(file_settings(), config));
}

}  // namespace slipway::config
