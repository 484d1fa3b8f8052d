// Asks the server about queries that people wrote, so that what it says against them has its place in their
// file.
#pragma once

#include <string>
#include <vector>

#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/sql/text.hpp"

namespace slipway::ingest {

// Whose text a statement holds, and from which byte on.
struct Quoting {
  const Rendered* text = nullptr;
  std::size_t from = 0;
};

// Where the server cannot tell a parameter's type by its place (`:name is null`), it is a text; 0: it can.
using ParameterTypes = std::vector<unsigned>;

struct Described {
  struct Column {
    std::string name;
    std::string type;         // as this server writes it
    bool everywhere = false;  // every server has that type, and sends it in the same binary form
  };
  std::vector<Column> columns;
  std::vector<std::string> parameters;  // their types
  ParameterTypes given;                 // what the query is to be run with
};

// What the query gives and takes, by the server's own parser. It is not run.
Result<Described> describe(Connection& connection, const std::string& sql, const Quoting& quoting = {},
                           ParameterTypes given = {});
// Runs it. Kind::usage where the query is wrong, Kind::failed where the rows are.
Result<pg::Rows> ask(Connection& connection, const std::string& sql,
                     const std::vector<pg::Parameter>& parameters, const Quoting& quoting = {},
                     const ParameterTypes& given = {});

}  // namespace slipway::ingest
