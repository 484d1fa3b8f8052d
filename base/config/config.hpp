// slipway.yaml as plain values, each with its default. Loading it connects to nothing and starts nothing.
// Each part has a header of its own: whoever needs one part includes that.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/config/access.hpp"
#include "base/config/notify.hpp"
#include "base/config/pipeline.hpp"
#include "base/config/target.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway::config {

struct Config {
  Path file;                 // absolute
  Path folder;               // what relative paths start from
  std::optional<Path> home;  // `home:`, made absolute; where it is absent base/home.hpp decides
  std::string listen_address = "127.0.0.1";
  int listen_port = 8080;
  std::string public_url;  // "https://host[:port]" and no more; see public_origin()
  Position public_url_at;
  std::optional<Tls> tls;
  std::vector<std::string> trusted_proxies;  // networks: only from there is X-Forwarded-For believed
  Auth auth;
  std::map<std::string, Target> targets;
  std::map<std::string, Pipeline> pipelines;
  std::vector<Channel> notify;

  // Where people's browsers reach us: public_url, or the address that we listen on if that is a loopback one.
  // Empty: it cannot be known.
  std::string public_origin() const;

  // All that come by a file or a variable of the environment.
  std::vector<const Secret*> secrets() const;

  // The one with that name; with an empty name the only one there is. Errors are Kind::usage and list the
  // names.
  Result<const Target*> target(const std::string& name) const;
  Result<const Pipeline*> pipeline(const std::string& name) const;
};

// Every mistake is Kind::usage with file, line, column, and what is expected. Relative paths start from the
// file's own folder, unless the file is a copy of one that lies elsewhere.
Result<Config> load(const Path& file, const Path& folder = {});
// ./slipway.yaml, then /etc/slipway/slipway.yaml; or the one that --config names.
Result<Path> find(const std::optional<Path>& named);
// Every value in force, as YAML (`slipway check --defaults`).
std::string with_defaults(const Config& config);

}  // namespace slipway::config
