#include "daemon/ingest/connection.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::ingest {

Cancellation::Cancellation(std::stop_token stop)
    : stop_(std::move(stop)), thread_([this] { cancel_until_told(); }) {}

Cancellation::~Cancellation() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Cancellation::Entry Cancellation::add(pg::Canceller canceller) {
  const std::lock_guard lock(mutex_);
  return sessions_.insert(sessions_.end(), std::move(canceller));
}

void Cancellation::remove(Entry entry) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(entry);
}

void Cancellation::cancel_until_told() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop_, [this] { return ended_; });
  while (!ended_) {
    for (const pg::Canceller& session : sessions_) (void)session.cancel();
    changed_.wait_for(lock, std::chrono::milliseconds(200), [this] { return ended_; });
  }
}

Connection::Connection(pg::Session session, Cancellation& cancellation)
    : session_(std::move(session)),
      cancellation_(&cancellation),
      entry_(cancellation.add(session_.canceller())) {}

Connection::Connection(Connection&& other) noexcept
    : session_(std::move(other.session_)),
      cancellation_(std::exchange(other.cancellation_, nullptr)),
      entry_(other.entry_) {}

Connection::~Connection() {
  if (cancellation_ != nullptr) cancellation_->remove(entry_);
}

Result<Connection> Connection::open(const Request& request, Cancellation& cancellation) {
  pg::Options options;
  options.call_limit =
      std::chrono::hours(24);  // an index may take hours; a stop request ends it all the same
  options.application_name = "slipway ingest";
  pg::Session session = TRY(pg::Session::open(request.conninfo, options));
  TRY(session.script(settings(request)));
  return Connection(std::move(session), cancellation);
}

// What a text means must not depend on how this server happens to be set up.
std::string Connection::settings(const Request& request) {
  return fmt::format(
      "SET search_path = {}; SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO, MDY';"
      "SET intervalstyle = 'postgres'; SET bytea_output = 'hex'; SET statement_timeout = 0; SET lock_timeout "
      "= 0;"
      "SET idle_in_transaction_session_timeout = 0; SET row_security = off",
      pg::quoted(request.schema));
}

Done Connection::become_owner(const Request& request) {
  if (!request.owner.empty()) TRY(session_.script("SET ROLE " + pg::quoted(request.owner)));
  return {};
}

Result<pg::Transaction> Connection::begin(const Request& request) {
  TRY(go_on());
  pg::Transaction transaction = TRY(pg::Transaction::begin(session_));
  const pg::Rows held = TRY(session_.query(fmt::format("SELECT 1 FROM {} WHERE fence = $1 FOR SHARE",
                                                       pg::quoted(request.schema, "slipway_manifest")),
                                           {std::to_string(request.fence)}));
  if (held.empty())
    return fail("the build was taken over: the manifest's fence is no longer {}", request.fence)
        .next("another job builds this snapshot now; see slipway jobs");
  if (!request.owner.empty()) TRY(session_.script("SET LOCAL ROLE " + pg::quoted(request.owner)));
  return transaction;
}

Error Connection::explain(Error error) const {
  if (cancellation_->requested()) return Error(Kind::cancelled, "the build was cancelled");
  return error;
}

Done Connection::go_on() const {
  if (cancellation_->requested()) return Error(Kind::cancelled, "the build was cancelled");
  return {};
}

std::string server_words(pg::Session& session) {
  std::string_view all = PQerrorMessage(session.raw());
  constexpr std::string_view severity = "ERROR:  ";
  constexpr std::string_view detail = "\nDETAIL:  ";
  if (all.starts_with(severity)) all.remove_prefix(severity.size());
  const std::size_t line_end = std::min(all.find('\n'), all.size());
  std::string words(all.substr(0, line_end));
  if (const std::size_t from = all.find(detail); from != std::string_view::npos) {
    const std::string_view rest = all.substr(from + detail.size());
    words += fmt::format(" ({})", rest.substr(0, rest.find('\n')));
  }
  return words;
}

}  // namespace slipway::ingest
