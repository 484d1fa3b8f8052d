#include "daemon/ingest/schema/schema_files.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/config/config.hpp"
#include "base/pg/identifier.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/source/inputs.hpp"
#include "daemon/ingest/sql/split.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

enum class Meaning { sql, transaction, psql, harmless_psql };

std::string first_words(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 24)) out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

Meaning meaning_of(std::string_view statement) {
  const std::string words = first_words(statement);
  // pg_dump's guard against hostile dumps.
  if (words.starts_with("\\RESTRICT") || words.starts_with("\\UNRESTRICT")) return Meaning::harmless_psql;
  if (words.starts_with('\\')) return Meaning::psql;
  for (const std::string_view word : {"BEGIN", "COMMIT", "END", "START TRANSACTION", "ROLLBACK", "ABORT"}) {
    const bool whole =
        words.size() == word.size() ||
        (words.size() > word.size() && !(words[word.size()] >= 'A' && words[word.size()] <= 'Z') &&
         words[word.size()] != '_');
    if (words.starts_with(word) && whole) return Meaning::transaction;
  }
  return Meaning::sql;
}

// The result itself, as it alone holds the place that the server blames. What runs long is ended by a stop
// request.
struct Outcome {
  explicit Outcome(PGresult* raw) : result(raw, PQclear) {}
  ExecStatusType status() const { return PQresultStatus(result.get()); }
  std::string field(int code) const {
    const char* text = PQresultErrorField(result.get(), code);
    return text == nullptr ? "" : text;
  }
  std::unique_ptr<PGresult, void (*)(PGresult*)> result;
};

Error mistake_in(const Outcome& outcome, const SqlStatement& statement, std::string_view sql,
                 const std::string& file) {
  const std::string place = outcome.field(PG_DIAG_STATEMENT_POSITION);
  const std::size_t character = place.empty() ? 1 : static_cast<std::size_t>(std::atoll(place.c_str()));
  const std::size_t offset = statement.offset + byte_of_character(statement.text, character);
  std::string words = outcome.field(PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string detail = outcome.field(PG_DIAG_MESSAGE_DETAIL); !detail.empty())
    words += " (" + detail + ")";
  Error mistake = error(Kind::usage, "{}", words)
                      .at(position_of(sql, offset, file))
                      .sqlstate(outcome.field(PG_DIAG_SQLSTATE));
  const std::string hint = outcome.field(PG_DIAG_MESSAGE_HINT);
  return hint.empty() ? std::move(mistake) : std::move(mistake).next(hint);
}

Done run_statement(Connection& connection, const SqlStatement& statement, std::string_view sql,
                   const std::string& file) {
  TRY(connection.go_on());
  pg::Session& session = connection.session();
  const Outcome outcome(PQexec(session.raw(), std::string(statement.text).c_str()));
  if (outcome.status() == PGRES_COPY_IN) {
    (void)session.copy_abort("a schema file holds no data");  // the transaction is rolled back in any case
    return error(Kind::usage, "COPY … FROM stdin is data, and a schema file holds none")
        .at(position_of(sql, statement.offset, file))
        .next("make the dump with pg_dump --schema-only");
  }
  if (outcome.status() != PGRES_FATAL_ERROR && outcome.status() != PGRES_BAD_RESPONSE) return {};
  TRY(connection.go_on());
  const std::string state = outcome.field(PG_DIAG_SQLSTATE);
  if (!state.empty() && !pg::lost_connection(state)) return mistake_in(outcome, statement, sql, file);
  return fail("lost the connection while running {}: {}", file, server_words(session)).sqlstate("08006");
}

Done run_file(Connection& connection, const Path& path, const std::string& name, Observer& observer) {
  const std::string sql = TRY(real_files().read(path));
  if (const std::string problem = encoding_problem(sql); !problem.empty())
    return error(Kind::usage, "{}", problem).at({name, 0, 0});
  const std::string_view body = std::string_view(sql).substr(sql.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  for (const SqlStatement& statement : split_sql(body)) {
    const Meaning meaning = meaning_of(statement.text);
    const Position at = position_of(body, statement.offset, name);
    if (meaning == Meaning::psql)
      return error(Kind::usage, "{} is a command of psql, not SQL", shown(statement.text))
          .at(at)
          .next("take it out");
    if (meaning == Meaning::transaction)
      observer.line(fmt::format("{}:{}: {} is passed over: all schema files run in one transaction", name,
                                at.line, shown(statement.text)));
    if (meaning == Meaning::sql) TRY(run_statement(connection, statement, body, name));
  }
  return {};
}

}  // namespace

Done run_schema_files(const Request& request, Cancellation& cancellation, Observer& observer) {
  const config::Pipeline& pipeline = request.pipeline;
  const std::vector<Path> files = TRY(expand(pipeline.schema, request.config.folder, pipeline.at,
                                             fmt::format("schema of pipeline {}", pipeline.name)));
  Connection connection = TRY(Connection::open(request, cancellation));
  pg::Transaction transaction = TRY(connection.begin(request));
  if (request.schema_begins) TRY(request.schema_begins(connection.session()));
  for (const Path& path : files) {
    const Path relative = path.lexically_relative(request.config.folder);
    const bool below = !relative.empty() && *relative.begin() != "..";
    TRY(run_file(connection, path, (below ? relative : path).string(), observer));
    // As each begins with the same settings, no file depends on what another left behind.
    TRY(connection.session().script("RESET ALL; " + Connection::settings(request)));
    TRY(connection.become_owner(request));
  }
  if (request.schema_ends) TRY(request.schema_ends(connection.session()));
  return transaction.commit();
}

}  // namespace slipway::ingest
