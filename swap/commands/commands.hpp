// The commands of `swap`, each from its options to its exit code. Data goes to standard output, the rest to
// standard error.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/files.hpp"

namespace slipway::swap {

struct CommonOptions {
  std::optional<Path> config;
  Path config_folder;  // where the config is a copy: what its relative paths start from
  std::optional<Path>
      home;  // of the watchdog and of promotions that the daemon starts: overrules the config's
  std::string target;
  std::string actor;
  bool json = false;
  bool quiet = false;
};

struct PromoteOptions {
  std::string id;
  std::string expect_live;
  bool expects_live = false;
  std::vector<std::string> allow;
  std::string at;       // when; empty: now
  bool cancel = false;  // take a scheduled one back
};

int run_status(const CommonOptions& common);
int run_list(const CommonOptions& common);
int run_history(const CommonOptions& common);
int run_promote(const CommonOptions& common, const PromoteOptions& options, bool back);
// `swap promote --at TIME`, and its taking back.
int run_schedule(const CommonOptions& common, const PromoteOptions& options);
int run_plan(const CommonOptions& common, const PromoteOptions& options);
int run_prune(const CommonOptions& common, bool dry_run);
enum class Marking { pin, unpin, unmark };
int run_mark(const CommonOptions& common, Marking marking, const std::string& id);
int run_adopt(const CommonOptions& common, const Path& folder);
int run_diff(const CommonOptions& common, const std::string& id, const std::string& against);
int run_recover(const CommonOptions& common);
int run_watchdog(const CommonOptions& common, const std::string& promoter, long long epoch, int ready_fd);

}  // namespace slipway::swap
