#include "base/pg/session.hpp"

#include <poll.h>

#include <cerrno>
#include <cstring>
#include <future>
#include <system_error>
#include <thread>

#include "base/pg/identifier.hpp"

namespace slipway::pg {
namespace {

std::string trimmed(const char* text) {
  std::string out = text ? text : "";
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

// libpq's own words for a failed connection never hold the password, but may hold several lines.
Error connection_error(const std::string& action, PGconn* connection) {
  return fail("{}: {}", action, trimmed(PQerrorMessage(connection)))
      .sqlstate("08006")
      .next("Look whether the server is running and reachable, and at its log.");
}

std::string shortened(std::string_view sql) {
  constexpr std::size_t longest = 120;
  std::string out;
  for (const char c : sql.substr(0, longest)) out += c == '\n' ? ' ' : c;
  return sql.size() > longest ? out + "…" : out;
}

Error server_error(std::string_view sql, const PGresult* result) {
  const auto field = [&](int code) { return trimmed(PQresultErrorField(result, code)); };
  std::string said = field(PG_DIAG_MESSAGE_PRIMARY);
  if (said.empty()) said = trimmed(PQresultErrorMessage(result));
  if (const std::string detail = field(PG_DIAG_MESSAGE_DETAIL); !detail.empty()) said += " (" + detail + ")";
  if (const std::string context = field(PG_DIAG_CONTEXT); !context.empty()) said += " [" + context + "]";
  Error error = fail("PostgreSQL refused `{}`: {}", shortened(sql), said).sqlstate(field(PG_DIAG_SQLSTATE));
  const std::string hint = field(PG_DIAG_MESSAGE_HINT);
  return hint.empty() ? std::move(error) : std::move(error).next(hint);
}

void keep_notice(void* kept, const PGresult* result) {
  auto* notices = static_cast<std::vector<std::string>*>(kept);
  constexpr std::size_t most = 1000;
  if (notices->size() < most) notices->push_back(trimmed(PQresultErrorMessage(result)));
}

}  // namespace

// PQcancel waits for the server as long as the server likes, a stopped one for ever. So it waits on a thread
// of its own, which is left behind where the answer does not come.
bool Canceller::cancel() const {
  constexpr Seconds longest_wait{5};
  std::promise<bool> promise;
  std::future<bool> sent = promise.get_future();
  try {
    std::thread([cancel = cancel_, promise = std::move(promise)]() mutable {
      char reason[256];
      promise.set_value(PQcancel(cancel.get(), reason, sizeof reason) == 1);
    }).detach();
  } catch (const std::system_error&) {
    return false;
  }
  return sent.wait_for(longest_wait) == std::future_status::ready && sent.get();
}

// What libpq says about a conninfo that it cannot parse quotes it, its password too.
bool can_be_parsed(const std::string& conninfo) {
  char* ignored = nullptr;
  PQconninfoOption* options = PQconninfoParse(conninfo.c_str(), &ignored);
  PQconninfoFree(options);
  PQfreemem(ignored);
  return options != nullptr;
}

Result<Session> Session::open(const std::string& conninfo, const Options& options) {
  if (!can_be_parsed(conninfo))
    return error(Kind::usage, "cannot connect to PostgreSQL: the connection string is not a valid one")
        .next("Expected is postgresql://user@host:port/database or key=value pairs.");
  // expand_dbname lets the given URI or string set everything else.
  const std::string limit = std::to_string(options.connect_limit.count());
  const char* keys[] = {"dbname", "connect_timeout", "fallback_application_name", "client_encoding", nullptr};
  const char* values[] = {conninfo.c_str(), limit.c_str(), options.application_name.c_str(), "UTF8", nullptr};
  // PgBouncer's console refuses nothing of these; its databases take client_encoding as a tracked parameter.
  Session session(PQconnectdbParams(keys, values, 1));
  if (!session.connection_) return fail("cannot connect to PostgreSQL: out of memory");
  if (PQstatus(session.raw()) != CONNECTION_OK)
    return connection_error("cannot connect to PostgreSQL", session.raw());
  session.call_limit_ = options.call_limit;
  session.notices_ = std::make_shared<std::vector<std::string>>();
  PQsetNoticeReceiver(session.raw(), keep_notice, session.notices_.get());
  if (PQsetnonblocking(session.raw(), 1) != 0)
    return connection_error("cannot prepare the connection", session.raw());
  return session;
}

// True once there is something to read; false at the deadline.
Result<bool> Session::wait_readable_until(Millis deadline, std::string_view what) {
  pollfd wait{PQsocket(raw()), POLLIN, 0};
  if (wait.fd < 0)
    return connection_error(fmt::format("lost the connection during `{}`", shortened(what)), raw());
  const Millis left = std::max(deadline - real_clock().steady(), Millis(0));
  const int ready = ::poll(&wait, 1, static_cast<int>(std::min<long long>(left.count(), 1'000'000'000)));
  if (ready < 0 && errno != EINTR) return errno_error("cannot wait for PostgreSQL");
  return ready > 0 || real_clock().steady() < deadline;
}

Done Session::flush(std::string_view what) {
  const Millis deadline = real_clock().steady() + call_limit_;
  while (true) {
    const int left = PQflush(raw());
    if (left == 0) return {};
    if (left < 0)
      return connection_error(fmt::format("lost the connection during `{}`", shortened(what)), raw());
    pollfd wait{PQsocket(raw()), POLLIN | POLLOUT, 0};
    ::poll(&wait, 1, 1000);
    // A server that stops reading may have something to say first.
    if ((wait.revents & POLLIN) != 0 && PQconsumeInput(raw()) == 0)
      return connection_error(fmt::format("lost the connection during `{}`", shortened(what)), raw());
    if (real_clock().steady() >= deadline)
      return fail("PostgreSQL took nothing of `{}` for {} ms", shortened(what), call_limit_.count())
          .sqlstate("08006");
  }
}

// Waits for the last result of what was sent. An error among them is the outcome, whatever follows it.
Result<Rows> Session::finish(std::string_view sql) {
  TRY(flush(sql));
  const Millis deadline = real_clock().steady() + call_limit_;
  std::optional<Rows> last;
  std::optional<Error> failure;
  while (true) {
    while (PQisBusy(raw()) != 0) {
      if (!TRY(wait_readable_until(deadline, sql))) {
        (void)canceller().cancel();
        // The session is of no more use: the answer may come at any time.
        return fail("PostgreSQL did not answer `{}` within {} ms", shortened(sql), call_limit_.count())
            .sqlstate("08006");
      }
      if (PQconsumeInput(raw()) == 0)
        return connection_error(fmt::format("lost the connection during `{}`", shortened(sql)), raw());
    }
    PGresult* result = PQgetResult(raw());
    if (!result) break;
    const ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) {
      if (!failure)
        failure =
            PQresultErrorField(result, PG_DIAG_SQLSTATE)
                ? server_error(sql, result)
                : connection_error(fmt::format("lost the connection during `{}`", shortened(sql)), raw());
      PQclear(result);
      continue;
    }
    last = Rows(result);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
  }
  if (interference_) TRY(interference_->after(sql));
  if (failure) return std::move(*failure);
  if (!last) return connection_error(fmt::format("no answer to `{}`", shortened(sql)), raw());
  return std::move(*last);
}

Result<Rows> Session::query(std::string_view sql, const std::vector<Parameter>& parameters) {
  std::vector<const char*> values;
  for (const Parameter& parameter : parameters) values.push_back(parameter ? parameter->c_str() : nullptr);
  const std::string text(sql);
  if (interference_) TRY(interference_->before(sql));
  if (PQsendQueryParams(raw(), text.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr,
                        nullptr, 0) == 0)
    return connection_error(fmt::format("cannot send `{}`", shortened(sql)), raw());
  return finish(sql);
}

Result<Rows> Session::script(std::string_view sql) {
  if (interference_) TRY(interference_->before(sql));
  if (PQsendQuery(raw(), std::string(sql).c_str()) == 0)
    return connection_error(fmt::format("cannot send `{}`", shortened(sql)), raw());
  return finish(sql);
}

Done Session::copy_begin(std::string_view sql) {
  const Rows rows = TRY(script(sql));
  (void)rows;
  return {};
}

Done Session::copy_send(std::string_view bytes) {
  const Millis deadline = real_clock().steady() + call_limit_;
  while (true) {
    const int sent = PQputCopyData(raw(), bytes.data(), static_cast<int>(bytes.size()));
    // Without the flush libpq would buffer whatever the server does not take, without a limit.
    if (sent == 1) return flush("COPY");
    if (sent < 0) return connection_error("lost the connection during COPY", raw());
    pollfd wait{PQsocket(raw()), POLLIN | POLLOUT, 0};
    ::poll(&wait, 1, 1000);
    if ((wait.revents & POLLIN) != 0 && PQconsumeInput(raw()) == 0)
      return connection_error("lost the connection during COPY", raw());
    if (real_clock().steady() >= deadline)
      return fail("PostgreSQL took no COPY data for {} ms", call_limit_.count()).sqlstate("08006");
  }
}

Result<long long> Session::copy_end() {
  while (true) {
    const int ended = PQputCopyEnd(raw(), nullptr);
    if (ended < 0) return connection_error("lost the connection at the end of COPY", raw());
    if (ended == 1) break;
    TRY(flush("COPY"));
  }
  return TRY(finish("COPY")).affected();
}

Done Session::copy_abort(std::string_view why) {
  const std::string reason(why);
  while (true) {
    const int ended = PQputCopyEnd(raw(), reason.c_str());
    if (ended < 0) return connection_error("lost the connection while aborting COPY", raw());
    if (ended == 1) break;
    TRY(flush("COPY"));
  }
  // The server answers with the error that we asked for: 57014 here, or what it had to say before.
  const Result<Rows> outcome = finish("COPY");
  if (PQstatus(raw()) != CONNECTION_OK)
    return connection_error("lost the connection while aborting COPY", raw());
  (void)outcome;
  return {};
}

Result<Rows> Session::one_message_out(std::string_view sql, std::string* message, bool* more) {
  if (!sql.empty()) TRY(copy_begin(sql));
  const Millis deadline = real_clock().steady() + call_limit_;
  while (true) {
    char* bytes = nullptr;
    const int got = PQgetCopyData(raw(), &bytes, 1);
    if (got > 0) {
      message->assign(bytes, static_cast<std::size_t>(got));
      PQfreemem(bytes);
      return Rows(nullptr);
    }
    if (got == -1) {
      *more = false;
      return finish("COPY");
    }
    if (got == -2) return connection_error("lost the connection during COPY", raw());
    if (!TRY(wait_readable_until(deadline, "COPY")))
      return fail("PostgreSQL sent no COPY data for {} ms", call_limit_.count()).sqlstate("08006");
    if (PQconsumeInput(raw()) == 0) return connection_error("lost the connection during COPY", raw());
  }
}

Canceller Session::canceller() const {
  return Canceller(PQgetCancel(connection_.get()));
}

std::vector<std::string> Session::take_notices() {
  return std::exchange(*notices_, {});
}

Result<Transaction> Transaction::begin(Session& session, std::string_view modes) {
  TRY(session.script(fmt::format("BEGIN {}", modes)));
  return Transaction(session);
}

Transaction::~Transaction() {
  // A failed ROLLBACK means a lost connection, and a lost connection has rolled back.
  if (session_) (void)session_->script("ROLLBACK");
}

Done Transaction::commit() {
  Session* session = std::exchange(session_, nullptr);
  Result<Rows> outcome = session->script("COMMIT");
  if (!outcome) return std::move(outcome).error();
  // COMMIT of a transaction that had failed answers ROLLBACK, and no error.
  if (outcome->command() != "COMMIT")
    return fail("the transaction had failed before its COMMIT").sqlstate("25P02");
  return {};
}

}  // namespace slipway::pg
