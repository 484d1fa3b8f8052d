// What must hold of the tables when they are filled: the pipeline's `checks`, each answered by one query.
#pragma once

#include <string>
#include <vector>

#include "daemon/ingest/connection.hpp"

namespace slipway::ingest {

// A check, looked up in the catalog before anything is loaded.
struct PlannedCheck {
  const config::Check* config = nullptr;
  std::string name;         // "unique image (url)"
  std::string failing_sql;  // the rows that are against it; of those that count or ask: empty
};

// Kind::usage where a table or a column is not there. Checks of tables that this build leaves out are left
// out.
Result<std::vector<PlannedCheck>> plan_checks(const Request& request, pg::Session& session);

// Every failing row is counted, and a few are shown. An error is one of the connection alone: a query that
// the server refuses is a check that does not hold.
Result<CheckReport> run_check(const Request& request, Connection& connection, const PlannedCheck& check);

// Kind::refused, naming each that does not hold and is no warning.
Done verdict(const std::vector<CheckReport>& checks);
// For the job's log.
std::string in_words(const CheckReport& check);

}  // namespace slipway::ingest
