#include "daemon/ingest/beginning.hpp"

#include "base/pg/identifier.hpp"
#include "daemon/ingest/schema/catalog.hpp"
#include "daemon/ingest/schema/schema_files.hpp"

namespace slipway::ingest {
namespace {

// In one statement, as foreign keys go every way between them.
Done empty_all_tables(const Request& request, Cancellation& cancellation) {
  Connection connection = TRY(Connection::open(request, cancellation));
  pg::Transaction transaction = TRY(connection.begin(request));
  std::string names;
  for (const std::string& name : TRY(table_names(connection.session(), request.schema)))
    if (name != "slipway_manifest") names += (names.empty() ? "" : ", ") + pg::quoted(request.schema, name);
  if (!names.empty()) TRY(connection.session().script("TRUNCATE " + names + " RESTART IDENTITY CASCADE"));
  return transaction.commit();
}

}  // namespace

Done begin_tables(const Request& request, Cancellation& cancellation, Observer& observer) {
  if (request.copy_of.empty()) return run_schema_files(request, cancellation, observer);
  const bool keeps_rows = request.pipeline.start == config::Start::live;
  observer.line(
      fmt::format("begins as a copy of live ({}){}: the schema is live's, and schema files do not run",
                  request.copy_of, keeps_rows ? "" : " without its rows"));
  return keeps_rows ? Done() : empty_all_tables(request, cancellation);
}

}  // namespace slipway::ingest
