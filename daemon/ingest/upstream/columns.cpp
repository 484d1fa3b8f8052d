#include "daemon/ingest/upstream/columns.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::ingest {
namespace {

bool is_text(const std::string& type) {
  return type == "text" || type.starts_with("character");
}

}  // namespace

Result<std::string> upstream_expression(const config::Column& column, const TheirColumn& theirs) {
  std::string sql = pg::quoted(theirs.name);
  if (column.trim) {
    if (!is_text(theirs.type))
      return error(Kind::usage, "column {}: only texts can be trimmed, and {} is {} in the upstream",
                   column.name, theirs.name, theirs.type)
          .at(column.at)
          .next("take `trim` out");
    sql = fmt::format("CAST(btrim({}, E' \\t\\r\\n') AS {})", sql, theirs.type);
  }
  if (!column.null_if.empty()) {
    std::string values;
    for (const std::string& value : column.null_if)
      values += (values.empty() ? "" : ", ") + pg::literal(value);
    sql = fmt::format("CASE WHEN CAST({0} AS text) IN ({1}) THEN NULL ELSE {0} END", sql, values);
  }
  if (column.fallback)
    sql = fmt::format("coalesce({}, CAST({} AS {}))", sql, pg::literal(*column.fallback), theirs.type);
  return sql;
}

std::string constant_expression(const std::string& value, const std::string& type) {
  return fmt::format("CAST({} AS {})", pg::literal(value), type);
}

}  // namespace slipway::ingest
