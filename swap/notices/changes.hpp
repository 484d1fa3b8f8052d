// What is changed beside promotions (pins, marks, adoptions, schedules, what retention removes), for the
// audit: kept in the home before it is done, and entered when the control database can be reached. So a
// change is known also where that was down, or where whoever made it was killed in the middle.
#pragma once

#include <string>

#include "swap/promote/promote.hpp"

namespace slipway::swap {

struct Change {
  std::string actor;
  std::string action;  // "snapshot.pin"
  std::string object;  // "target portal, snapshot 20261121T093000Z"
};

// home/changes/<uuid>.json, one a change.
Path changes_folder(const Home& home);

class KeptChange {
 public:
  // On disk when it returns.
  static Result<KeptChange> begin(const Seams& seams, const Home& home, Change change);
  // How it ended; with details as a JSON object.
  Done end(const std::string& outcome, const std::string& detail = "{}");
  // There was nothing to change.
  Done forget();

 private:
  KeptChange(const Seams& seams, Path file, Change change)
      : seams_(seams), file_(std::move(file)), change_(std::move(change)) {}
  Done keep(const std::string& outcome, const std::string& detail);

  Seams seams_;
  Path file_;
  Change change_;
};

// Enters what is kept, each once; what a live process is still at waits.
Done enter_changes(pg::Session& control, const Seams& seams, const Home& home);
// The end of a command that changed something: for a few seconds at most, and without harm where the control
// database is down.
void enter_changes_at_end(const Seams& seams, const Home& home);

}  // namespace slipway::swap
