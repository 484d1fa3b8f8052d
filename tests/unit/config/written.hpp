// A config file written for one test, and what loading it says.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/config/config.hpp"

namespace slipway::config {

class Written {
 public:
  explicit Written(const std::string& text) {
    char name[] = "/tmp/slipway-config-XXXXXX";
    folder_ = ::mkdtemp(name);
    std::ofstream(file(), std::ios::binary) << text;
  }
  ~Written() { std::filesystem::remove_all(folder_); }
  Written(const Written&) = delete;

  Path file() const { return folder_ / "slipway.yaml"; }
  const Path& folder() const { return folder_; }
  Result<Config> load() const { return config::load(file()); }
  // The error's text with the folder cut off, so that lines read "slipway.yaml:3:5: …"; empty if it loads.
  std::string complaint() const {
    const Result<Config> config = load();
    if (config) return {};
    std::string text = config.error().text();
    const std::string prefix = folder_.string() + "/";
    for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
      text.erase(at, prefix.size());
    return text;
  }

 private:
  Path folder_;
};

}  // namespace slipway::config
