// The real file system, which does something once, right after the first write that holds a word: a step of a
// promotion is begun when its name is in the journal.
#pragma once

#include <functional>
#include <string>

#include "tests/support/forwarding_files.hpp"

namespace slipway::test {

class ActingFiles : public ForwardingFiles {
 public:
  ActingFiles(std::string word, std::function<void()> act) : word_(std::move(word)), act_(std::move(act)) {}

  Done write(const Path& path, std::string_view content, mode_t mode) override {
    Done done = real_files().write(path, content, mode);
    if (act_ && content.find(word_) != std::string_view::npos) std::exchange(act_, nullptr)();
    return done;
  }

 private:
  std::string word_;
  std::function<void()> act_;
};

// As the journal writes it.
inline std::string begun(const std::string& step) {
  return fmt::format("\"step\": \"{}\"", step);
}

}  // namespace slipway::test
