#include "base/pg/connections.hpp"

namespace slipway::pg {
namespace {

class RealConnections : public Connections {
 public:
  Result<Session> open(const std::string& conninfo, const Options& options) override {
    return Session::open(conninfo, options);
  }
};

}  // namespace

Connections& real_connections() {
  static RealConnections real;
  return real;
}

}  // namespace slipway::pg
