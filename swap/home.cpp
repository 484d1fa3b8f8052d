#include "swap/home.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/config/config.hpp"
#include "base/digest.hpp"
#include "base/scope_keeper.hpp"
#include "swap/user.hpp"

namespace slipway::swap {
namespace {

Path home_path(const config::Config& config) {
  if (config.home) return *config.home;
  if (const char* named = std::getenv("SLIPWAY_HOME"); named && *named)
    return std::filesystem::absolute(named);
  if (::geteuid() == 0) return "/var/lib/slipway";
  return config.folder / "slipway-home";
}

// A folder that root has only just made by hand is as good as none.
bool is_fresh(Files& files, const Path& path, const struct stat& about) {
  const Result<std::vector<std::string>> names = files.list(path);
  return about.st_uid == 0 && ::geteuid() == 0 && names && names->empty();
}

Result<User> owner_of(Files& files, const Path& path, Missing missing) {
  struct stat about {};
  const bool there = ::stat(path.c_str(), &about) == 0;
  if (!there && missing == Missing::refuse)
    return error(Kind::usage, "there is no home folder at {} yet", path.string())
        .next("It is made by the first `slipway ingest PIPELINE`, `slipway up` or `slipway serve`.");
  if (there && !S_ISDIR(about.st_mode))
    return error(Kind::usage, "the home {} is not a folder", path.string());
  if (there && !is_fresh(files, path, about)) return user_with_id(about.st_uid);
  return ::geteuid() == 0 ? service_user() : user_with_id(::geteuid());
}

Done make_folder_of(const User& user, Files& files, const Path& path, mode_t mode) {
  TRY(files.make_folders(path, mode));
  if (::geteuid() != 0) return {};
  if (::chown(path.c_str(), user.uid, user.gid) != 0)
    return errno_error(fmt::format("cannot give {} to user {}", path.string(), user.name));
  return {};
}

// A socket folder that somebody else prepared under our name would let them in.
bool is_private(const Path& path, uid_t uid) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == uid &&
         (about.st_mode & 0077) == 0;
}

// The places where sockets may lie, best first; the one that the home remembers goes before all.
std::vector<Path> run_candidates(Files& files, const Path& home, uid_t uid) {
  const std::string hash = sha256_hex(home.string()).substr(0, 8);
  std::vector<Path> candidates;
  const Result<std::optional<std::string>> remembered = files.read_link(home / "run");
  if (remembered && *remembered) candidates.emplace_back(**remembered);
  candidates.push_back(Path("/run/slipway") / hash);
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime && *runtime == '/' && ::geteuid() == uid)
    candidates.push_back(Path(runtime) / "slipway" / hash);
  candidates.push_back(Path(fmt::format("/tmp/slipway-{}", uid)) / hash);
  return candidates;
}

bool is_missing(Files& files, const Path& path) {
  const Result<bool> there = files.is_there(path);
  return there && !*there;
}

bool make_run_folder(const User& user, Files& files, const Path& path) {
  const Path parent = path.parent_path();
  if (is_missing(files, parent) && !make_folder_of(user, files, parent, 0755)) return false;
  // Under /tmp the parent must be ours, or another user could rename what is below it.
  struct stat about {};
  if (::lstat(parent.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) return false;
  if (about.st_uid != user.uid && about.st_uid != 0) return false;
  if (is_missing(files, path) && !make_folder_of(user, files, path, 0700)) return false;
  return is_private(path, user.uid);
}

Result<Path> find_run_folder(const User& user, Files& files, const Path& home) {
  for (const Path& candidate : run_candidates(files, home, user.uid))
    if (make_run_folder(user, files, candidate)) return candidate;
  return fail("cannot make a folder for the sockets of {}", home.string())
      .next(fmt::format("Make /run/slipway, owned by user {}, or set XDG_RUNTIME_DIR.", user.name));
}

Done remember_run_folder(Files& files, const Path& home, const Path& run) {
  const Path link = home / "run";
  const std::optional<std::string> now = TRY(files.read_link(link));
  if (now && *now == run.string()) return {};
  const Path temporary = home / fmt::format(".run.{}", ::getpid());
  TRY(files.remove(temporary));
  TRY(files.symlink(run, temporary));
  return files.rename(temporary, link);
}

Done check_access(const Path& home, const User& user) {
  if (::access(home.c_str(), R_OK | W_OK | X_OK) == 0) return {};
  return error(Kind::usage, "user {} cannot reach the home folder {}", user.name, home.string())
      .next(
          "Slipway runs as the user that owns its home. Choose a home that this user can reach: `home:` in "
          "slipway.yaml, or SLIPWAY_HOME.");
}

}  // namespace

Result<Home> enter_home(const Seams& seams, const config::Config& config, Missing missing) {
  const Path path = home_path(config);
  const User user = TRY(owner_of(seams.files, path, missing));
  if (user.uid == 0)
    return error(Kind::usage, "the home folder {} belongs to root, and PostgreSQL refuses to run as root",
                 path.string())
        .next("Give it to a service user: chown -R slipway: " + path.string());
  if (::geteuid() != 0 && ::geteuid() != user.uid)
    return error(Kind::usage, "the home folder {} belongs to user {}", path.string(), user.name)
        .next(fmt::format("Run the same command as that user: sudo -u {} …", user.name));
  TRY(make_folder_of(user, seams.files, path, 0750));
  const Path run = TRY(find_run_folder(user, seams.files, path));
  std::string config_text = config.file.empty() ? std::string() : TRY(seams.files.read(config.file));
  remember_own_programs();
  TRY(keep_making_scopes_for(user.uid));
  TRY(become(user));
  TRY(check_access(path, user));
  const Path real = std::filesystem::canonical(path);
  TRY(remember_run_folder(seams.files, real, run));
  return Home{real, run, user.name, user.uid, user.gid, std::move(config_text), config.folder};
}

Result<FileLock> lock_home(const Home& home) {
  constexpr int longest_start_ms = 300'000;
  FileLock lock = TRY(FileLock::take(home.names().lock(), longest_start_ms));
  TRY(lock.sign(fmt::format("process {}", ::getpid())));
  return lock;
}

}  // namespace slipway::swap
