// The file system, behind a seam: every change that must survive a power cut goes through here, and tests can
// make the Nth call fail.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace slipway {

using Path = std::filesystem::path;

class Files {
 public:
  virtual ~Files() = default;

  // The whole of a file, at most limit_bytes of it; larger is an error, never a truncation.
  virtual Result<std::string> read(const Path& path, std::size_t limit_bytes = 64 << 20) = 0;
  // Nothing where there is no such file.
  virtual Result<std::optional<std::string>> read_if_there(const Path& path,
                                                           std::size_t limit_bytes = 64 << 20) = 0;
  // All or nothing, and on disk when it returns: temp file, fsync, rename, fsync of the folder.
  virtual Done write(const Path& path, std::string_view content, mode_t mode = 0644) = 0;
  virtual Done make_folders(const Path& path, mode_t mode = 0755) = 0;
  virtual Done symlink(const Path& target, const Path& link) = 0;  // with fsync of the folder
  // rename(2), then fsync of the target's folder.
  virtual Done rename(const Path& from, const Path& to) = 0;
  virtual Done remove(const Path& path) = 0;       // a file or link; one that is not there is fine
  virtual Done remove_tree(const Path& path) = 0;  // follows no links
  virtual Done sync_folder(const Path& path) = 0;

  // What a link says, unresolved; nothing where there is no such path. An error where it is not a link.
  virtual Result<std::optional<std::string>> read_link(const Path& path) = 0;
  virtual Result<std::vector<std::string>> list(const Path& folder) = 0;  // names, sorted; no folder: none
  // Follows links; false also where it cannot be looked at.
  virtual bool exists(const Path& path) = 0;
  // Where that matters: what cannot be looked at is an error: taken as missing it would be made anew.
  virtual Result<bool> is_there(const Path& path) = 0;
};

Files& real_files();

// An flock that lives as long as this object and no longer than its process. Children do not inherit it.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileLock();

  // Nothing if somebody else holds it. The file is made if it is missing, and never removed.
  static Result<std::optional<FileLock>> try_take(const Path& path);
  // Waits up to that long; Kind::busy afterwards, with what the holder wrote into the file.
  static Result<FileLock> take(const Path& path, int wait_ms);
  // Tells whoever finds it locked who we are.
  Done sign(std::string_view holder);
  static std::string holder(const Path& path);

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

Result<std::uint64_t> free_bytes(const Path& path);
std::uint64_t tree_bytes(const Path& folder);  // allocated blocks; what vanishes meanwhile counts as nothing

}  // namespace slipway
