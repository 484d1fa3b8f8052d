// The real file system, call by call: what a test that interferes with one call derives from.
#pragma once

#include "base/files.hpp"

namespace slipway::test {

class ForwardingFiles : public Files {
 public:
  Result<std::string> read(const Path& path, std::size_t limit) override {
    return real_files().read(path, limit);
  }
  Result<std::optional<std::string>> read_if_there(const Path& path, std::size_t limit) override {
    return real_files().read_if_there(path, limit);
  }
  Done write(const Path& path, std::string_view content, mode_t mode) override {
    return real_files().write(path, content, mode);
  }
  Done make_folders(const Path& path, mode_t mode) override { return real_files().make_folders(path, mode); }
  Done symlink(const Path& target, const Path& link) override { return real_files().symlink(target, link); }
  Done rename(const Path& from, const Path& to) override { return real_files().rename(from, to); }
  Done remove(const Path& path) override { return real_files().remove(path); }
  Done remove_tree(const Path& path) override { return real_files().remove_tree(path); }
  Done sync_folder(const Path& path) override { return real_files().sync_folder(path); }
  Result<std::optional<std::string>> read_link(const Path& path) override {
    return real_files().read_link(path);
  }
  Result<std::vector<std::string>> list(const Path& folder) override { return real_files().list(folder); }
  bool exists(const Path& path) override { return real_files().exists(path); }
  Result<bool> is_there(const Path& path) override { return real_files().is_there(path); }
};

}  // namespace slipway::test
