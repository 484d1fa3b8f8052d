// The sessions of one build: all with the same settings, all cancelled when the build is asked to stop, and
// every transaction of them behind the fence.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "base/pg/session.hpp"
#include "daemon/ingest/build.hpp"

namespace slipway::ingest {

// Cancels what runs on the sessions of a build from the stop request on, again and again: a cancel that comes
// between two statements hits nothing.
class Cancellation {
 public:
  explicit Cancellation(std::stop_token stop);
  ~Cancellation();
  Cancellation(const Cancellation&) = delete;

  using Entry = std::list<pg::Canceller>::iterator;
  Entry add(pg::Canceller canceller);
  void remove(Entry entry);
  bool requested() const { return stop_.stop_requested(); }
  const std::stop_token& token() const { return stop_; }

 private:
  void cancel_until_told();

  std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool ended_ = false;
  std::list<pg::Canceller> sessions_;
  std::thread thread_;
};

class Connection {
 public:
  static Result<Connection> open(const Request& request, Cancellation& cancellation);
  // One to another server.
  Connection(pg::Session session, Cancellation& cancellation);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  pg::Session& session() { return session_; }
  // The settings that every session of a build begins with.
  static std::string settings(const Request& request);
  // From here on only what the owner of the tables may do.
  Done become_owner(const Request& request);
  // A transaction in which our right to write is certain, as the owner of the tables.
  Result<pg::Transaction> begin(const Request& request);
  // The outcome of something that failed: a stop request explains it better than the error that it made.
  Error explain(Error error) const;
  Done go_on() const;  // Kind::cancelled after a stop request

 private:
  pg::Session session_;
  Cancellation* cancellation_;
  Cancellation::Entry entry_;
};

// What the server said about the last statement that failed, without what we sent.
std::string server_words(pg::Session& session);

}  // namespace slipway::ingest
