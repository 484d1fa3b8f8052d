#include "base/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

namespace slipway {
namespace {

constexpr int removal_tries = 200;

// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

Path folder_of(const Path& path) {
  return path.has_parent_path() ? path.parent_path() : Path(".");
}

Done write_all(int fd, std::string_view content, const Path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(fmt::format("cannot write {}", path.string()));
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

class RealFiles : public Files {
 public:
  Result<std::string> read(const Path& path, std::size_t limit_bytes) override;
  Result<std::optional<std::string>> read_if_there(const Path& path, std::size_t limit_bytes) override;
  Done write(const Path& path, std::string_view content, mode_t mode) override;
  Done make_folders(const Path& path, mode_t mode) override;
  Done symlink(const Path& target, const Path& link) override;
  Done rename(const Path& from, const Path& to) override;
  Done remove(const Path& path) override;
  Done remove_tree(const Path& path) override;
  Done sync_folder(const Path& path) override;
  Result<std::optional<std::string>> read_link(const Path& path) override;
  Result<std::vector<std::string>> list(const Path& folder) override;
  Result<bool> is_there(const Path& path) override;
  bool exists(const Path& path) override { return ::access(path.c_str(), F_OK) == 0; }

 private:
  Result<std::string> read_open(const Descriptor& file, const Path& path, std::size_t limit_bytes);
};

Result<std::string> RealFiles::read(const Path& path, std::size_t limit_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno_error(fmt::format("cannot open {}", path.string()));
  return read_open(file, path, limit_bytes);
}

Result<std::optional<std::string>> RealFiles::read_if_there(const Path& path, std::size_t limit_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT) return std::optional<std::string>();
  if (!file) return errno_error(fmt::format("cannot open {}", path.string()));
  return std::optional<std::string>(TRY(read_open(file, path, limit_bytes)));
}

Result<std::string> RealFiles::read_open(const Descriptor& file, const Path& path, std::size_t limit_bytes) {
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_error(fmt::format("cannot read {}", path.string()));
    if (got == 0) return content;
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > limit_bytes)
      return fail("cannot read {}: it is larger than the limit of {} bytes", path.string(), limit_bytes);
  }
}

Done RealFiles::write(const Path& path, std::string_view content, mode_t mode) {
  // A name of our own beside the target: a crash leaves it behind and the next write of the same process id
  // reuses it.
  const Path temporary = folder_of(path) / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid());
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!file) return errno_error(fmt::format("cannot create {}", temporary.string()));
    if (::fchmod(file.get(), mode) != 0)
      return errno_error(fmt::format("cannot set the mode of {}", temporary.string()));
    Done done = write_all(file.get(), content, temporary);
    if (done && ::fsync(file.get()) != 0)
      done = errno_error(fmt::format("cannot fsync {}", temporary.string()));
    if (!done) {
      ::unlink(temporary.c_str());
      return done;
    }
  }
  Done renamed = rename(temporary, path);
  if (!renamed) ::unlink(temporary.c_str());
  return renamed;
}

Done RealFiles::make_folders(const Path& path, mode_t mode) {
  if (path.empty() || path == path.root_path()) return {};
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0) {
    if (S_ISDIR(about.st_mode)) return {};
    return fail("cannot make the folder {}: a file of that name is in the way", path.string());
  }
  TRY(make_folders(folder_of(path), 0755));
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    return errno_error(fmt::format("cannot make the folder {}", path.string()));
  return sync_folder(folder_of(path));
}

Done RealFiles::symlink(const Path& target, const Path& link) {
  if (::symlink(target.c_str(), link.c_str()) != 0)
    return errno_error(fmt::format("cannot make the link {} -> {}", link.string(), target.string()));
  return sync_folder(folder_of(link));
}

Done RealFiles::rename(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return errno_error(fmt::format("cannot rename {} to {}", from.string(), to.string()));
  return sync_folder(folder_of(to));
}

Done RealFiles::remove(const Path& path) {
  if (::unlink(path.c_str()) == 0) return sync_folder(folder_of(path));
  if (errno == ENOENT) return {};
  return errno_error(fmt::format("cannot remove {}", path.string()));
}

Done RealFiles::remove_tree(const Path& path) {
  std::error_code code;
  // A server that was killed takes files of its own away, or still makes some, until it is gone.
  for (int left = removal_tries; left > 0; --left) {
    code.clear();
    std::filesystem::remove_all(path, code);
    const bool changed = code.value() == ENOENT || code.value() == ENOTEMPTY;
    if (!changed) break;
    std::this_thread::sleep_for(Millis(10));
  }
  if (code) return errno_error(fmt::format("cannot remove the folder {}", path.string()), code.value());
  return TRY(is_there(folder_of(path))) ? sync_folder(folder_of(path)) : Done{};
}

Done RealFiles::sync_folder(const Path& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0)
    return errno_error(fmt::format("cannot fsync the folder {}", path.string()));
  return {};
}

Result<bool> RealFiles::is_there(const Path& path) {
  if (::access(path.c_str(), F_OK) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return errno_error(fmt::format("cannot look for {}", path.string()));
}

Result<std::optional<std::string>> RealFiles::read_link(const Path& path) {
  char target[4096];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  if (length < 0 && errno == ENOENT) return std::optional<std::string>();
  if (length < 0 && errno == EINVAL)
    return fail("{} is not a symbolic link", path.string())
        .next(
            "Something replaced the link. Look at what is there before moving it away; Slipway removes "
            "nothing.");
  if (length < 0) return errno_error(fmt::format("cannot read the link {}", path.string()));
  return std::optional<std::string>(std::string(target, static_cast<std::size_t>(length)));
}

Result<std::vector<std::string>> RealFiles::list(const Path& folder) {
  std::vector<std::string> names;
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code))
    names.push_back(entry->path().filename().string());
  if (code && code != std::errc::no_such_file_or_directory)
    return errno_error(fmt::format("cannot list {}", folder.string()), code.value());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Files& real_files() {
  static RealFiles files;
  return files;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::optional<FileLock>> FileLock::try_take(const Path& path) {
  FileLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (lock.fd_ < 0) return errno_error(fmt::format("cannot open the lock file {}", path.string()));
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) == 0) return std::optional<FileLock>(std::move(lock));
  if (errno == EWOULDBLOCK) return std::optional<FileLock>();
  return errno_error(fmt::format("cannot lock {}", path.string()));
}

Result<FileLock> FileLock::take(const Path& path, int wait_ms) {
  const auto deadline = std::chrono::steady_clock::now() + Millis(wait_ms);
  while (true) {
    std::optional<FileLock> lock = TRY(try_take(path));
    if (lock) return std::move(*lock);
    if (std::chrono::steady_clock::now() >= deadline)
      return slipway::error(Kind::busy, "{} is locked by {}", path.string(), holder(path));
    std::this_thread::sleep_for(Millis(20));
  }
}

Done FileLock::sign(std::string_view holder) {
  if (::ftruncate(fd_, 0) != 0) return errno_error("cannot sign a lock file");
  if (::pwrite(fd_, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size()))
    return errno_error("cannot sign a lock file");
  return {};
}

std::string FileLock::holder(const Path& path) {
  const Result<std::string> text = real_files().read(path, 4096);
  return text && !text->empty() ? *text : std::string("another process that has not signed the lock yet");
}

Result<std::uint64_t> free_bytes(const Path& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0)
    return errno_error(fmt::format("cannot ask for the free space at {}", path.string()));
  return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

std::uint64_t tree_bytes(const Path& folder) {
  std::uint64_t bytes = 0;
  std::error_code code;
  using Walk = std::filesystem::recursive_directory_iterator;
  for (Walk entry(folder, std::filesystem::directory_options::skip_permission_denied, code), end;
       !code && entry != end; entry.increment(code)) {
    struct stat about {};
    if (::lstat(entry->path().c_str(), &about) == 0)
      bytes += static_cast<std::uint64_t>(about.st_blocks) * 512;
  }
  return bytes;
}

}  // namespace slipway
