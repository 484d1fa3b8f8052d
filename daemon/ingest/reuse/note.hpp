// Notes in a snapshot which files its tables were read from, and which rows came of which.
#pragma once

#include "daemon/ingest/load/load.hpp"

namespace slipway::ingest {

// What is to be noted of one table. Nothing where rows cannot be told apart: then it is loaded anew next
// time.
Result<std::optional<KnownTable>> known_of(Connection& connection, const TablePlan& plan,
                                           const LoadOutcome& outcome);

// Rows since the table's statistics were taken. They stay as they came with the copy of live while that is no
// more than a tenth, which is when autovacuum would take them anew. Of a plan with reuse.
std::int64_t changed_rows(const TablePlan& plan, const LoadOutcome& outcome);
bool statistics_stay(const TablePlan& plan, const LoadOutcome& outcome);  // false of every other plan

// Which rows belong to which of the files, that were loaded in this order and had so many rows each. In a
// segment that belongs to several of them the rows lie in the order of the files.
// Empty: they cannot be told apart.
using FileSegments = std::vector<std::vector<Segment>>;
FileSegments share_out(const std::vector<Segment>& segments, const std::vector<std::int64_t>& rows);

// Of these tables; those that the build did not load keep what was known of them.
Done note_inputs(const Request& request, Connection& connection,
                 const std::map<std::string, std::optional<KnownTable>>& tables);

}  // namespace slipway::ingest
