// A PostgreSQL server that tables are read from: one snapshot of it for all of them, held open until the load
// is over. Nothing that it says about a failure holds the connection string.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/config/config.hpp"
#include "daemon/ingest/connection.hpp"

namespace slipway::ingest {

class Upstream {
 public:
  static Result<std::unique_ptr<Upstream>> open(const config::PostgresSource& source,
                                                Cancellation& cancellation);

  // The session that holds the snapshot: for questions to the catalog.
  pg::Session& session() { return holder_.session(); }
  // Another one, which sees the same.
  Result<Connection> join(Cancellation& cancellation) const;
  // What an error of one of its sessions means: which source, and what to do.
  Error explain(Error error, const std::string& doing) const;

  const config::PostgresSource& source() const { return source_; }
  // "2024-05-06T07:08:09Z snapshot 00000003-0000001B-1"
  const std::string& moment() const { return moment_; }

 private:
  Upstream(const config::PostgresSource& source, std::string conninfo, Connection holder)
      : source_(source), conninfo_(std::move(conninfo)), holder_(std::move(holder)) {}

  const config::PostgresSource& source_;
  std::string conninfo_;  // may hold a password
  Connection holder_;
  std::string snapshot_;
  std::string moment_;
};

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
