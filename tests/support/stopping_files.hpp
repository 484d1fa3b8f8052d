// The real file system, which stops this process (SIGSTOP) at the Nth change after the first write that holds
// a word.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <string>

#include "tests/support/forwarding_files.hpp"

namespace slipway::test {

class StoppingFiles : public ForwardingFiles {
 public:
  StoppingFiles(std::string word, int nth) : word_(std::move(word)), left_(nth) {}

  Done write(const Path& path, std::string_view content, mode_t mode) override {
    seen_ |= content.find(word_) != std::string_view::npos;
    Done done = real_files().write(path, content, mode);
    count();
    return done;
  }
  Done rename(const Path& from, const Path& to) override {
    count();
    return real_files().rename(from, to);
  }

 private:
  void count() {
    if (seen_ && left_-- == 0) ::kill(::getpid(), SIGSTOP);
  }

  std::string word_;
  int left_;
  bool seen_ = false;
};

}  // namespace slipway::test
