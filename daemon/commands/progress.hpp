// Shows a build to the people at the command line: a line that moves on a terminal, plain lines elsewhere.
#pragma once

#include <mutex>

#include "daemon/commands/progress_line.hpp"

namespace slipway::commands {

class Progress : public ingest::Observer {
 public:
  explicit Progress(bool quiet);
  ~Progress() override;  // clears the moving line

  void phase(const std::string& phase) override;
  void progress(const ingest::TableProgress& progress) override;
  void line(const std::string& text) override;

 private:
  void draw(bool now);  // the three with the mutex held
  void clear();
  void print(const std::string& text);

  const bool quiet_;
  const bool terminal_;
  std::mutex mutex_;
  BuildProgress shown_;
  Millis began_{0};
  Millis drawn_{0};
  bool on_screen_ = false;
};

}  // namespace slipway::commands
