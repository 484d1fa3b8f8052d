// What each kind of check is called, and the query that finds the rows against it.
#pragma once

#include <string>

#include "daemon/ingest/build.hpp"

namespace slipway::ingest {

std::string name_of(const config::Check& check);
// The table that it is about; empty: any.
std::string table_of(const config::Check& check);

// Quoted, of a table or a view, in the build's schema where it is not qualified. Kind::usage: there is none.
Result<std::string> relation_of(const Request& request, pg::Session& session, const std::string& table);
// Kind::usage where it names what is not there. Empty for checks that count or ask.
Result<std::string> failing_sql(const Request& request, pg::Session& session, const config::Check& check);

}  // namespace slipway::ingest
