// The real file system, whose Nth change kills this process: before it is made, or right after.
#pragma once

#include <signal.h>
#include <unistd.h>

#include "tests/support/forwarding_files.hpp"

namespace slipway::test {

class KillingFiles : public ForwardingFiles {
 public:
  enum class When { before, after };
  KillingFiles(int nth, When when) : left_(nth), when_(when) {}

  Done write(const Path& path, std::string_view content, mode_t mode) override {
    return change([&] { return real_files().write(path, content, mode); });
  }
  Done symlink(const Path& target, const Path& link) override {
    return change([&] { return real_files().symlink(target, link); });
  }
  Done rename(const Path& from, const Path& to) override {
    return change([&] { return real_files().rename(from, to); });
  }
  Done remove(const Path& path) override {
    return change([&] { return real_files().remove(path); });
  }
  Done remove_tree(const Path& path) override {
    return change([&] { return real_files().remove_tree(path); });
  }

 private:
  template <class Effect>
  Done change(Effect effect) {
    const bool now = --left_ == 0;
    if (now && when_ == When::before) ::kill(::getpid(), SIGKILL);
    Done done = effect();
    if (now) ::kill(::getpid(), SIGKILL);
    return done;
  }

  int left_;
  When when_;
};

}  // namespace slipway::test
