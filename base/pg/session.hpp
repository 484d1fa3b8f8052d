// One connection to PostgreSQL (or to PgBouncer's console): it connects once and never again, every call is
// bounded in time, and a failed call says what the server said, with its SQLSTATE.
// A session belongs to one thread at a time; only its Canceller may be used from another.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace slipway::pg {

// A text parameter; nullopt is NULL.
using Parameter = std::optional<std::string>;

class Rows {
 public:
  explicit Rows(PGresult* result) : result_(result, PQclear) {}
  int size() const { return PQntuples(result_.get()); }
  int columns() const { return PQnfields(result_.get()); }
  bool empty() const { return size() == 0; }
  std::string name(int column) const { return PQfname(result_.get(), column); }
  int column(std::string_view name) const { return PQfnumber(result_.get(), std::string(name).c_str()); }
  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  std::string_view text(int row, int column) const {
    return {PQgetvalue(result_.get(), row, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
  }
  std::string string(int row, int column) const { return std::string(text(row, column)); }
  long long number(int row, int column) const { return std::atoll(PQgetvalue(result_.get(), row, column)); }
  bool truth(int row, int column) const { return text(row, column) == "t"; }
  std::string command() const { return PQcmdStatus(result_.get()); }  // "COMMIT", "INSERT 0 1"
  long long affected() const { return std::atoll(PQcmdTuples(result_.get())); }

 private:
  std::unique_ptr<PGresult, void (*)(PGresult*)> result_;
};

struct Options {
  Seconds connect_limit{10};
  Millis call_limit{30'000};  // of one call, on our side: a stopped server cannot hold us longer
  std::string application_name = "slipway";
};

// Cancels the running statement of a session, from any thread, as often as wanted.
class Canceller {
 public:
  explicit Canceller(PGcancel* cancel) : cancel_(cancel, PQfreeCancel) {}
  bool cancel() const;

 private:
  std::shared_ptr<PGcancel> cancel_;
};

// What tests put between a session and its server: an error of before() takes the place of the statement, one
// of after() that of its answer.
class Interference {
 public:
  virtual ~Interference() = default;
  virtual Done before(std::string_view sql) = 0;
  virtual Done after(std::string_view sql) = 0;
};

class Session {
 public:
  // The conninfo may be a URI or key=value pairs.
  static Result<Session> open(const std::string& conninfo, const Options& options = {});

  // One statement with bound parameters.
  Result<Rows> query(std::string_view sql, const std::vector<Parameter>& parameters = {});
  // One or more statements without parameters, as one implicit transaction; the rows of the last.
  Result<Rows> script(std::string_view sql);
  // The same without the extended protocol's demands, as PgBouncer's console wants it.
  Result<Rows> console(std::string_view command) { return script(command); }

  // COPY … FROM STDIN: begin, send as often as needed, then end (which alone says whether the rows are in).
  Done copy_begin(std::string_view sql);
  Done copy_send(std::string_view bytes);
  Result<long long> copy_end();           // rows loaded
  Done copy_abort(std::string_view why);  // ends the COPY in failure; the transaction is aborted with it
  // COPY … TO STDOUT: each message to the sink, which may stop it with an error. Says how many rows the
  // server sent, by its own count.
  template <class Sink>
  Result<long long> copy_out(std::string_view sql, Sink&& sink);

  void interfere(std::shared_ptr<Interference> interference) { interference_ = std::move(interference); }
  void limit(Millis call_limit) { call_limit_ = call_limit; }
  Canceller canceller() const;
  PGconn* raw() { return connection_.get(); }
  bool in_transaction() const { return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE; }
  // Not lost as far as is known, and not left behind in the middle of a call.
  bool usable() const {
    const PGTransactionStatusType status = PQtransactionStatus(connection_.get());
    return status != PQTRANS_ACTIVE && status != PQTRANS_UNKNOWN;
  }
  int backend_pid() const { return PQbackendPID(connection_.get()); }
  // Warnings and notices since the last call of this.
  std::vector<std::string> take_notices();

 private:
  explicit Session(PGconn* connection) : connection_(connection, PQfinish) {}
  Result<Rows> finish(std::string_view sql);
  Done flush(std::string_view what);
  Result<bool> wait_readable_until(Millis deadline, std::string_view what);
  Result<Rows> one_message_out(std::string_view sql, std::string* message, bool* more);

  std::unique_ptr<PGconn, void (*)(PGconn*)> connection_;
  std::shared_ptr<std::vector<std::string>> notices_;
  std::shared_ptr<Interference> interference_;
  Millis call_limit_{30'000};
};

// BEGIN on construction by begin(); ROLLBACK on destruction unless commit() was reached.
class Transaction {
 public:
  static Result<Transaction> begin(Session& session, std::string_view modes = "");
  Transaction(Transaction&& other) noexcept : session_(std::exchange(other.session_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  // An error with no SQLSTATE means that the outcome is unknown: read again before anything else (F6).
  Done commit();

 private:
  explicit Transaction(Session& session) : session_(&session) {}
  Session* session_;
};

template <class Sink>
Result<long long> Session::copy_out(std::string_view sql, Sink&& sink) {
  std::string message;
  bool more = true;
  while (true) {
    const Rows outcome = TRY(one_message_out(sql, &message, &more));
    sql = {};
    if (!more) return outcome.affected();
    TRY(sink(std::string_view(message)));
  }
}

}  // namespace slipway::pg
