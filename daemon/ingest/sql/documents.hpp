// Sources whose rows are whole documents: one a line, one a file, or a listing of files that are not read.
#pragma once

#include "daemon/ingest/sql/relations.hpp"

namespace slipway::ingest {

SourceRelation::Kind kind_of_relation(const config::FileSource& source, const std::vector<Input>& inputs);

// The names of the fields of that file's rows.
Result<std::vector<std::string>> field_names(const Input& input);

// Kind::failed, naming the file, where one of them is no JSON: no document is ever left out.
Result<LoadOutcome> load_documents(const Request& request, const SourceRelation& source, Observer& observer,
                                   Cancellation& cancellation);

}  // namespace slipway::ingest
