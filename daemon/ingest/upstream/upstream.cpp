#include "daemon/ingest/upstream/upstream.hpp"

#include "base/pg/conninfo.hpp"
#include "base/pg/identifier.hpp"
#include "base/pg/retry.hpp"
#include "base/pg/sqlstate.hpp"

namespace slipway::ingest {
namespace {

// What a text means must not depend on how that server is set up; no timeout of it may end a long load, and
// no policy may leave out rows in silence. Only for this transaction, so that a pooler's server is left as it
// was. A timeout that an older server does not know is not set.
constexpr std::string_view settings =
    "SET LOCAL client_encoding = 'UTF8'; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, MDY';"
    "SET LOCAL intervalstyle = 'postgres'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 3;"
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SET LOCAL row_security = off;"
    "SELECT set_config(name, '0', true) FROM pg_settings "
    "WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')";

constexpr std::string_view begin = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

Result<std::string> read_uri(const config::PostgresSource& source) {
  Result<std::string> uri = source.uri.read();
  if (!uri) return std::move(uri).error().at(source.at);
  return uri;
}

// A password with an unescaped @ or / is taken for a host or a port, and libpq would repeat it.
bool misread(const std::map<std::string, std::string>& parts) {
  for (const auto& [key, value] : parts) {
    if ((key == "host" || key == "hostaddr") && value.find('@') != std::string::npos) return true;
    if (key == "port" && value.find_first_not_of("0123456789,") != std::string::npos) return true;
  }
  return false;
}

// A firewall that forgets an idle connection would end the snapshot; a server that is gone must be noticed.
Result<std::string> kept_alive(const config::PostgresSource& source, const std::string& uri) {
  const Result<std::map<std::string, std::string>> parts = pg::conninfo_parts(uri);
  if (!parts || misread(*parts))
    return error(Kind::usage, "the URI of source {} is not a valid one", source.name)
        .at(source.at)
        .next(
            "expected is postgresql://user:password@host:port/database, where @, / and : in the password "
            "are written as %40, %2F and %3A");
  std::string text;
  for (const auto& [key, value] : *parts) text += key + "=" + pg::conninfo_value(value) + " ";
  for (const auto& [key, value] : {std::pair("keepalives_idle", "30"), std::pair("keepalives_interval", "10"),
                                   std::pair("tcp_user_timeout", "60000")})
    if (parts->count(key) == 0) text += fmt::format("{}={} ", key, value);
  return text;
}

Result<Connection> connect(const std::string& conninfo, Cancellation& cancellation) {
  pg::Options options;
  options.call_limit = std::chrono::hours(24);  // as the build's own; a stop request ends it all the same
  options.application_name = "slipway ingest";
  return Connection(TRY(pg::Session::open(conninfo, options)), cancellation);
}

}  // namespace

Result<std::unique_ptr<Upstream>> Upstream::open(const config::PostgresSource& source,
                                                 Cancellation& cancellation) {
  const std::string conninfo = TRY(kept_alive(source, TRY(read_uri(source))));
  std::unique_ptr<Upstream> upstream(new Upstream(source, conninfo));
  TRY(upstream->take_snapshot(cancellation));
  return upstream;
}

Done Upstream::take_snapshot(Cancellation& cancellation) {
  Result<Connection> connection = connect(conninfo_, cancellation);
  if (!connection)
    return fail("source {}: cannot connect to its server", source_.name)
        .because(std::move(connection).error())
        .at(source_.at)
        .next("look whether that server is running, and lets this user in from here");
  holder_.emplace(std::move(*connection));
  const auto take = [&]() -> Done {
    TRY(session().script(begin));
    TRY(session().script(settings));
    const pg::Rows rows = TRY(session().query(
        "SELECT pg_export_snapshot(), to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"));
    snapshot_ = rows.string(0, 0);
    moment_ = rows.string(0, 1) + " snapshot " + snapshot_;
    return {};
  };
  Done taken = take();
  if (!taken) return explain(std::move(taken).error(), "taking a snapshot");
  return {};
}

bool Upstream::holds() {
  const std::lock_guard lock(holding_);
  return static_cast<bool>(session().script("SELECT 1"));
}

Done Upstream::renew(Cancellation& cancellation) {
  holder_.reset();
  for (int number = 2;; ++number) {
    Done taken = take_snapshot(cancellation);
    if (taken || number > upstream_tries || !may_come_back(taken.error())) return taken;
    TRY(pause_before_try(number, cancellation));
  }
}

Result<Connection> Upstream::join(Cancellation& cancellation) const {
  Result<Connection> connection = connect(conninfo_, cancellation);
  if (!connection) return explain(std::move(connection).error(), "connecting");
  // Nothing may be asked before the snapshot is set, and a pooler keeps a transaction on one server.
  for (const std::string& sql :
       {std::string(begin), "SET TRANSACTION SNAPSHOT " + pg::literal(snapshot_), std::string(settings)}) {
    const Result<pg::Rows> done = connection->session().script(sql);
    if (!done) return explain(done.error(), "joining its snapshot");
  }
  return connection;
}

Error Upstream::explain(Error error, const std::string& doing) const {
  const bool lost = pg::lost_connection(error.sqlstate());
  const std::string hint = error.next_step();
  Error explained = fail("source {}: {} while {}", source_.name,
                         lost ? "lost the connection to its server" : "its server refused", doing)
                        .because(std::move(error))
                        .at(source_.at);
  if (lost)
    return std::move(explained).next(
        "look at the log of that server and at the network between, then run the ingest again; nothing was "
        "promoted");
  return std::move(explained).next(
      hint.empty()
          ? "mend it on that server or in the pipeline, then run the ingest again; nothing was promoted"
          : hint);
}

Done pause_before_try(int number, Cancellation& cancellation) {
  constexpr pg::Patience patience{upstream_tries, Millis(100), Millis(8'000), Millis(0)};
  constexpr Millis step{50};
  Millis left = pg::pause_before(number, patience, pg::random_share());
  for (; left > Millis(0) && !cancellation.requested(); left -= step) real_clock().sleep(step);
  if (cancellation.requested()) return Error(Kind::cancelled, "the build was cancelled");
  return {};
}

bool may_come_back(const Error& error) {
  const std::string& state = error.sqlstate();
  return error.kind() == Kind::failed &&
         (state.empty() || pg::lost_connection(state) || pg::worth_retrying(state));
}

Result<Upstream*> Upstreams::get(const config::PostgresSource& source, Cancellation& cancellation) {
  std::unique_ptr<Upstream>& found = open_[source.name];
  if (!found) found = TRY(Upstream::open(source, cancellation));
  return found.get();
}

}  // namespace slipway::ingest
