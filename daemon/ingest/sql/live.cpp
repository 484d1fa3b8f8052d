// `live.<table>`: what live has, read beside the snapshot where that is the same database, else copied; and
// the ids that live's rows have.
#include <algorithm>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/load/copy_stream.hpp"
#include "daemon/ingest/sql/relations.hpp"

namespace slipway::ingest {
namespace {

// Rows from one session into another, as they come. How many.
Result<long long> pass_on(Connection& from, const std::string& copy_out, Connection& into,
                          const std::string& copy_in) {
  TRY(into.session().copy_begin(copy_in));
  std::string batch;
  const auto send = [&]() -> Done {
    TRY(into.session().copy_send(batch));
    batch.clear();
    return into.go_on();
  };
  const auto take = [&](std::string_view message) -> Done {
    batch += message;
    return batch.size() < batch_bytes ? Done() : send();
  };
  Result<long long> read = from.session().copy_out(copy_out, take);
  if (read && !batch.empty())
    if (Done sent = send(); !sent) read = std::move(sent).error();
  if (!read) {
    (void)into.session().copy_abort("the copy stops");  // the error that led here says more
    return read;
  }
  const long long written = TRY(into.session().copy_end());
  if (written != *read) return fail("live sent {} rows, and PostgreSQL took {}", *read, written);
  return written;
}

bool undefined(const Error& error) {
  return error.sqlstate() == "42P01" || error.sqlstate() == "3F000" || error.sqlstate() == "42703";
}

}  // namespace

std::string SqlRelations::key_text(const std::vector<std::string>& key, const std::string& alias) {
  std::string list;
  for (const std::string& column : key) list += (list.empty() ? "" : ", ") + alias + "." + pg::quoted(column);
  return "ROW(" + list + ")::text";
}

// All of it as of one moment, which begins with the first question.
Result<Connection*> SqlRelations::live() {
  if (live_) return &*live_;
  Request there = request_;
  there.conninfo = request_.live->conninfo;
  live_.emplace(TRY(Connection::open(there, cancellation_)));
  TRY(live_->session().script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return &*live_;
}

Done SqlRelations::make_live(Connection& connection, const SqlTable& table, const SqlReference& reference) {
  const std::string& name = reference.name;
  if (lives_.count(name)) return {};
  const std::optional<CatalogTable> declared = TRY(find_table(connection.session(), request_.schema, name));
  LiveRelation found;
  std::vector<std::pair<std::string, std::string>> columns;
  if (request_.live) {
    Connection& there = *TRY(live());
    const std::string theirs = pg::quoted(request_.live->schema, name);
    TRY(there.session().script("SAVEPOINT slipway_look"));
    const Result<Described> shape = describe(there, "SELECT * FROM " + theirs);
    if (!shape && !undefined(shape.error())) return shape.error();
    if (!shape) TRY(there.session().script("ROLLBACK TO SAVEPOINT slipway_look"));
    if (shape && request_.live->beside) {
      lives_[name].relation = theirs;
      return {};
    }
    if (shape) {
      found.binary = true;
      for (const Described::Column& one : shape->columns) {
        const CatalogColumn* ours = declared ? declared->find(one.name) : nullptr;
        found.binary = found.binary && one.everywhere;
        columns.emplace_back(one.name, one.everywhere ? one.type : ours ? ours->type.name : "text");
        found.columns += (found.columns.empty() ? "" : ", ") + pg::quoted(one.name);
      }
      found.select = fmt::format("SELECT {} FROM {}", found.columns, theirs);
    }
  }
  if (columns.empty() && !declared)
    return error(Kind::usage, "neither live nor this snapshot has a table {}", name)
        .at(table.query.position(reference.offset));
  // What this snapshot has and live does not know yet is NULL there.
  for (const CatalogColumn& column : declared ? declared->columns : std::vector<CatalogColumn>())
    if (std::none_of(columns.begin(), columns.end(),
                     [&](const auto& one) { return one.first == column.name; }))
      columns.emplace_back(column.name, column.type.name);
  found.relation = pg::quoted(live_schema(), name);
  TRY(create(connection, live_schema(), name, columns));
  lives_[name] = std::move(found);
  return {};
}

// Whatever is to be replaced must not stay locked by our reading it.
void SqlRelations::close_live() {
  live_.reset();
}

Done SqlRelations::copy_live(Connection& connection) {
  for (const auto& [name, one] : lives_) {
    if (one.select.empty()) continue;
    Connection& there = *TRY(live());
    const char* format = one.binary ? "(FORMAT binary)" : "";
    pg::Transaction transaction = TRY(connection.begin(request_));
    const long long rows =
        TRY(pass_on(there, fmt::format("COPY ({}) TO STDOUT {}", one.select, format), connection,
                    fmt::format("COPY {} ({}) FROM STDIN {}", one.relation, one.columns, format)));
    TRY(transaction.commit());
    TRY(connection.session().script("ANALYZE " + one.relation));
    observer_.line(fmt::format("live.{}: {} rows as live ({}) has them", name, rows, request_.live->id));
  }
  return {};
}

Result<std::optional<SqlRelations::LiveIds>> SqlRelations::copy_live_ids(
    Connection& connection, const CatalogTable& table, const std::string& id,
    const std::vector<std::string>& key) {
  if (!request_.live) return std::optional<LiveIds>();
  Connection& there = *TRY(live());
  LiveIds found;
  found.relation = scratch(fmt::format("ids {}", ++ids_));
  const std::string theirs = pg::quoted(request_.live->schema, table.name);
  const std::string select = fmt::format(
      "SELECT DISTINCT ON (key) id, key FROM (SELECT l.{} AS id, {} AS key FROM {} l) keyed "
      "ORDER BY key, id",
      pg::quoted(id), key_text(key, "l"), theirs);
  TRY(there.session().script("SAVEPOINT slipway_look"));
  const Result<Described> shape = describe(there, select);
  if (!shape && !undefined(shape.error())) return shape.error();
  if (!shape) {
    TRY(there.session().script("ROLLBACK TO SAVEPOINT slipway_look"));
    observer_.line(fmt::format(
        "table {}: live has no such table with these columns, so every row gets a new {}", table.name, id));
    return std::optional<LiveIds>();
  }
  pg::Transaction transaction = TRY(connection.begin(request_));
  TRY(connection.session().script(
      fmt::format("CREATE UNLOGGED TABLE {} AS SELECT {} AS id, ''::text AS key FROM {} "
                  "WITH NO DATA",
                  found.relation, pg::quoted(id), table.quoted())));
  TRY(pass_on(there, fmt::format("COPY ({}) TO STDOUT", select), connection,
              fmt::format("COPY {} FROM STDIN", found.relation)));
  TRY(transaction.commit());
  TRY(connection.session().script("ANALYZE " + found.relation));
  const pg::Rows sequence = TRY(there.session().query("SELECT pg_get_serial_sequence($1, $2)", {theirs, id}));
  if (!sequence.is_null(0, 0)) {
    const pg::Rows last =
        TRY(there.session().query("SELECT last_value, is_called FROM " + sequence.string(0, 0)));
    if (last.truth(0, 1)) found.last = last.string(0, 0);
  }
  return std::optional(std::move(found));
}

}  // namespace slipway::ingest
