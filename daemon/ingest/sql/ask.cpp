#include "daemon/ingest/sql/ask.hpp"

#include <cstdlib>
#include <memory>
#include <utility>

#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr unsigned first_own_oid = 16384;  // of what a server was not born with

struct Outcome {
  explicit Outcome(PGresult* raw) : result(raw, PQclear) {}
  bool failed() const {
    const ExecStatusType status = PQresultStatus(result.get());
    return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
  }
  std::string field(int code) const {
    const char* text = PQresultErrorField(result.get(), code);
    return text == nullptr ? "" : text;
  }
  std::unique_ptr<PGresult, void (*)(PGresult*)> result;
};

std::optional<Position> place_of(const Outcome& outcome, const std::string& sql, const Quoting& quoting) {
  if (quoting.text == nullptr) return std::nullopt;
  const std::string character = outcome.field(PG_DIAG_STATEMENT_POSITION);
  const std::size_t at =
      character.empty() ? 0 : byte_of_character(sql, static_cast<std::size_t>(std::atoll(character.c_str())));
  return quoting.text->position(at < quoting.from ? 0 : at - quoting.from);
}

Error mistake(Connection& connection, const Outcome& outcome, const std::string& sql,
              const Quoting& quoting) {
  const std::string state = outcome.field(PG_DIAG_SQLSTATE);
  if (state.empty() || pg::lost_connection(state))
    return fail("lost the connection: {}", server_words(connection.session())).sqlstate("08006");
  std::string words = outcome.field(PG_DIAG_MESSAGE_PRIMARY);
  if (const std::string detail = outcome.field(PG_DIAG_MESSAGE_DETAIL); !detail.empty())
    words += " (" + detail + ")";
  // What is written is wrong, whatever the rows are: class 42, and what the server does not do.
  const bool written_wrong = state.starts_with("42") || state.starts_with("0A");
  Error found = error(written_wrong ? Kind::usage : Kind::failed, "{}", words).sqlstate(state);
  if (const std::optional<Position> place = place_of(outcome, sql, quoting))
    (void)std::move(found).at(*place);
  const std::string hint = outcome.field(PG_DIAG_MESSAGE_HINT);
  if (!hint.empty()) (void)std::move(found).next(hint);
  return found;
}

// "could not determine data type of parameter $3": false where that is not what it says.
bool make_text(const Outcome& outcome, ParameterTypes& given) {
  constexpr unsigned text = 25;
  if (outcome.field(PG_DIAG_SQLSTATE) != "42P18") return false;
  const std::string words = outcome.field(PG_DIAG_MESSAGE_PRIMARY);
  const std::size_t dollar = words.find('$');
  const long number = dollar == std::string::npos ? 0 : std::atol(words.c_str() + dollar + 1);
  if (number < 1 || number > 65535) return false;
  const std::size_t which = static_cast<std::size_t>(number) - 1;
  if (given.size() <= which) given.resize(which + 1, 0);
  return std::exchange(given[which], text) != text;
}

}  // namespace

Result<Described> describe(Connection& connection, const std::string& sql, const Quoting& quoting,
                           ParameterTypes given) {
  TRY(connection.go_on());
  pg::Session& session = connection.session();
  while (true) {
    const Outcome prepared(
        PQprepare(session.raw(), "", sql.c_str(), static_cast<int>(given.size()), given.data()));
    if (!prepared.failed()) break;
    if (!make_text(prepared, given)) return connection.explain(mistake(connection, prepared, sql, quoting));
  }
  const Outcome told(PQdescribePrepared(session.raw(), ""));
  if (told.failed()) return connection.explain(mistake(connection, told, sql, quoting));
  Described described;
  described.given = std::move(given);
  for (int i = 0; i < PQnparams(told.result.get()); ++i) {
    const pg::Rows name = TRY(session.query("select format_type($1::oid, null)",
                                            {std::to_string(PQparamtype(told.result.get(), i))}));
    described.parameters.push_back(name.string(0, 0));
  }
  for (int i = 0; i < PQnfields(told.result.get()); ++i) {
    const unsigned type = PQftype(told.result.get(), i);
    const pg::Rows name =
        TRY(session.query("select format_type($1::oid, $2::int), typname !~ '^_?reg' and typtype = 'b' from "
                          "pg_type where oid = $1::oid",
                          {std::to_string(type), std::to_string(PQfmod(told.result.get(), i))}));
    described.columns.push_back(
        {PQfname(told.result.get(), i), name.string(0, 0), type < first_own_oid && name.truth(0, 1)});
  }
  return described;
}

Result<pg::Rows> ask(Connection& connection, const std::string& sql,
                     const std::vector<pg::Parameter>& parameters, const Quoting& quoting,
                     const ParameterTypes& given) {
  TRY(connection.go_on());
  std::vector<const char*> values;
  for (const pg::Parameter& one : parameters) values.push_back(one ? one->c_str() : nullptr);
  ParameterTypes types = given;
  types.resize(values.size(), 0);
  Outcome outcome(PQexecParams(connection.session().raw(), sql.c_str(), static_cast<int>(values.size()),
                               types.data(), values.data(), nullptr, nullptr, 0));
  if (outcome.failed()) return connection.explain(mistake(connection, outcome, sql, quoting));
  return pg::Rows(outcome.result.release());
}

}  // namespace slipway::ingest
