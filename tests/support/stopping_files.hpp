// The real file system, which stops this process (SIGSTOP) at the Nth change after the first write that holds
// a word.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <string>

#include "base/files.hpp"

namespace slipway::test {

class StoppingFiles : public Files {
 public:
  StoppingFiles(std::string word, int nth) : word_(std::move(word)), left_(nth) {}

  Result<std::string> read(const Path& path, std::size_t limit) override {
    return real_files().read(path, limit);
  }
  Done write(const Path& path, std::string_view content, mode_t mode) override {
    seen_ |= content.find(word_) != std::string_view::npos;
    Done done = real_files().write(path, content, mode);
    count();
    return done;
  }
  Done make_folders(const Path& path, mode_t mode) override { return real_files().make_folders(path, mode); }
  Done symlink(const Path& target, const Path& link) override { return real_files().symlink(target, link); }
  Done rename(const Path& from, const Path& to) override {
    count();
    return real_files().rename(from, to);
  }
  Done remove(const Path& path) override { return real_files().remove(path); }
  Done remove_tree(const Path& path) override { return real_files().remove_tree(path); }
  Done sync_folder(const Path& path) override { return real_files().sync_folder(path); }
  Result<std::optional<std::string>> read_link(const Path& path) override {
    return real_files().read_link(path);
  }
  Result<std::vector<std::string>> list(const Path& folder) override { return real_files().list(folder); }
  bool exists(const Path& path) override { return real_files().exists(path); }

 private:
  void count() {
    if (seen_ && left_-- == 0) ::kill(::getpid(), SIGSTOP);
  }

  std::string word_;
  int left_;
  bool seen_ = false;
};

}  // namespace slipway::test
