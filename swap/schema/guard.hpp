// Schema files cannot touch production: what the transaction that runs them has made, changed, written or
// dropped outside the snapshot's schema is found in the catalog and in its own locks before it commits.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "base/pg/session.hpp"

namespace slipway::swap {

class SchemaGuard {
 public:
  // `target` is the name of live's schema, `snapshot` that of the one that the files may fill.
  SchemaGuard(std::string target, std::string snapshot)
      : target_(std::move(target)), snapshot_(std::move(snapshot)) {}

  // In the transaction, before the first statement of the files.
  Done begins(pg::Session& session);
  // In the same, after the last. Kind::usage names what lies outside, and the transaction must not commit.
  Done ends(pg::Session& session);

 private:
  using Key = std::pair<std::string, std::string>;  // OIDs of its catalog and its own

  std::string target_;
  std::string snapshot_;
  std::map<Key, std::string> before_;  // what lay outside
};

}  // namespace slipway::swap
