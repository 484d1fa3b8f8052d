// Writes the starter portal.
#include "daemon/commands/init.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

namespace slipway::commands {
namespace {

Done refuse_to_overwrite(Files& files, const Path& folder, const std::vector<StarterFile>& all) {
  for (const StarterFile& file : all)
    if (TRY(files.is_there(folder / file.name)))
      return error(Kind::usage, "{} exists already; init overwrites nothing", (folder / file.name).string())
          .next("Choose another folder: slipway init DIR");
  return {};
}

// Root drops to a service user, which has to reach the files.
Done refuse_unreachable(const Path& folder) {
  if (::geteuid() != 0) return {};
  for (Path part = std::filesystem::absolute(folder).lexically_normal(); part != part.root_path();
       part = part.parent_path()) {
    struct stat about {};
    if (::stat(part.c_str(), &about) != 0 || (about.st_mode & S_IXOTH) != 0) continue;
    return error(Kind::usage,
                 "only root can reach {}, and Slipway runs as a service user when root starts it",
                 part.string())
        .next("Choose a folder such as /srv/portal, or run this as another user.");
  }
  return {};
}

Done make_reachable(Files& files, const Path& folder) {
  if (TRY(files.is_there(folder))) return {};
  TRY(files.make_folders(folder, 0755));
  // A strict umask would lock the service user out.
  if (::geteuid() == 0 && ::chmod(folder.c_str(), 0755) != 0)
    return errno_error(fmt::format("cannot set the mode of {}", folder.string()));
  return {};
}

}  // namespace

Done write_portal(const Path& folder, const std::vector<StarterFile>& all) {
  Files& files = real_files();
  TRY(refuse_to_overwrite(files, folder, all));
  TRY(refuse_unreachable(folder));
  TRY(make_reachable(files, folder));
  for (const StarterFile& file : all) {
    TRY(files.write(folder / file.name, file.content));
    fmt::print(stderr, "wrote {}\n", (folder / file.name).string());
  }
  return {};
}

Done init_portal(const Path& folder) {
  const std::span<const StarterFile> files = starter_files();
  TRY(write_portal(folder, {files.begin(), files.end()}));
  const std::string go = folder == "." ? std::string() : fmt::format("cd {} && ", folder.string());
  fmt::print(stderr, "next: {}slipway ingest demo && swap promote\n", go);
  return {};
}

}  // namespace slipway::commands
