// A PostgreSQL server that tables are read from: one snapshot of it for all of them, held open until the load
// is over; and a new one where that is lost. Nothing that it says about a failure holds the connection
// string.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/config/pipeline.hpp"
#include "daemon/ingest/connection.hpp"

namespace slipway::ingest {

class Upstream {
 public:
  static Result<std::unique_ptr<Upstream>> open(const config::PostgresSource& source,
                                                Cancellation& cancellation);

  // The session that holds the snapshot: for questions to the catalog.
  pg::Session& session() { return holder_->session(); }
  // Another one, which sees the same. From any thread, as the next.
  Result<Connection> join(Cancellation& cancellation) const;
  // The session that holds the snapshot still does.
  bool holds();
  // A new snapshot in the place of one that is lost; waits a while for a server that is away. Nobody may be
  // reading.
  Done renew(Cancellation& cancellation);
  // What an error of one of its sessions means: which source, and what to do.
  Error explain(Error error, const std::string& doing) const;

  const config::PostgresSource& source() const { return source_; }
  // "2024-05-06T07:08:09Z snapshot 00000003-0000001B-1"
  const std::string& moment() const { return moment_; }

 private:
  Upstream(const config::PostgresSource& source, std::string conninfo)
      : source_(source), conninfo_(std::move(conninfo)) {}
  Done take_snapshot(Cancellation& cancellation);

  const config::PostgresSource& source_;
  std::string conninfo_;  // may hold a password
  std::mutex holding_;    // of the next, while streams ask whether it is there
  std::optional<Connection> holder_;
  std::string snapshot_;
  std::string moment_;
};

// Waits before the try with that number; Kind::cancelled where it is asked to stop meanwhile.
Done pause_before_try(int number, Cancellation& cancellation);
// A server that restarts, a network that comes back: something to try again.
bool may_come_back(const Error& error);
// About a minute in all.
inline constexpr int upstream_tries = 12;

// Those of a build, each opened when the first table asks for it.
class Upstreams {
 public:
  Result<Upstream*> get(const config::PostgresSource& source, Cancellation& cancellation);
  // Their servers can tidy up again.
  void close() { open_.clear(); }

 private:
  std::map<std::string, std::unique_ptr<Upstream>> open_;
};

}  // namespace slipway::ingest
