// Opening sessions, behind a seam: tests refuse the Nth, or interfere with the Nth statement of all of them.
#pragma once

#include "base/pg/session.hpp"

namespace slipway::pg {

class Connections {
 public:
  virtual ~Connections() = default;
  virtual Result<Session> open(const std::string& conninfo, const Options& options) = 0;
  Result<Session> open(const std::string& conninfo) { return open(conninfo, Options()); }
};

Connections& real_connections();

}  // namespace slipway::pg
