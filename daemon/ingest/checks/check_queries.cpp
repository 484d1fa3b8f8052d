#include "daemon/ingest/checks/check_queries.hpp"

#include <algorithm>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/schema/catalog.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

using namespace config;

std::vector<std::string> quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(pg::quoted(name));
  return all;
}

std::string not_null(const std::vector<std::string>& columns) {
  std::vector<std::string> all;
  for (const std::string& column : columns) all.push_back(column + " IS NOT NULL");
  return joined(all, " AND ");
}

// A user's query as one that may stand in parentheses.
std::string without_end(std::string sql) {
  const std::size_t last = sql.find_last_not_of(" \t\r\n;");
  sql.resize(last == std::string::npos ? 0 : last + 1);
  return sql;
}

// Looks names up, so that a mistake is found before the load and not after it.
class Lookup {
 public:
  Lookup(const Request& request, pg::Session& session) : request_(request), session_(session) {}

  Result<std::string> relation(const std::string& table, const std::vector<std::string>& columns) {
    std::string relation = TRY(relation_of(request_, session_, table));
    for (const std::string& column : columns) {
      const pg::Rows found = TRY(session_.query(
          "SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2 AND attnum > 0 "
          "AND NOT attisdropped",
          {relation, column}));
      if (found.empty())
        return error(Kind::usage, "a check names column {} of table {}, which has none", column, table);
    }
    return relation;
  }

  Result<std::string> operator()(const UniqueCheck& check) {
    const std::string table = TRY(relation(check.table, check.columns));
    const std::vector<std::string> columns = quoted(check.columns);
    const std::string list = joined(columns, ", ");
    return fmt::format("SELECT {0}, count(*) AS rows FROM {1} WHERE {2} GROUP BY {0} HAVING count(*) > 1",
                       list, table, not_null(columns));
  }
  Result<std::string> operator()(const NotNullCheck& check) {
    const std::string table = TRY(relation(check.table, check.columns));
    return fmt::format("SELECT * FROM {} WHERE NOT ({})", table, not_null(quoted(check.columns)));
  }
  Result<std::string> operator()(const AcceptedCheck& check) {
    const std::string table = TRY(relation(check.table, {check.column}));
    std::vector<std::string> values;
    for (const std::string& value : check.values) values.push_back(pg::literal(value));
    return fmt::format("SELECT {0}, count(*) AS rows FROM {1} WHERE {0}::text NOT IN ({2}) GROUP BY {0}",
                       pg::quoted(check.column), table, joined(values, ", "));
  }
  Result<std::string> operator()(const ReferencesCheck& check) {
    const std::string table = TRY(relation(check.table, {check.column}));
    const std::string other = TRY(relation(check.other_table, {check.other_column}));
    return fmt::format(
        "SELECT t.{0}, count(*) AS rows FROM {1} t WHERE t.{0} IS NOT NULL "
        "AND NOT EXISTS (SELECT FROM {2} o WHERE o.{3} = t.{0}) GROUP BY t.{0}",
        pg::quoted(check.column), table, other, pg::quoted(check.other_column));
  }
  Result<std::string> operator()(const RowsCheck& check) {
    TRY(relation_of(request_, session_, check.table));
    return std::string();
  }
  Result<std::string> operator()(const SqlCheck& check) {
    return check.expect == Expect::empty ? without_end(check.query) : std::string();
  }

 private:
  const Request& request_;
  pg::Session& session_;
};

struct Named {
  std::string operator()(const UniqueCheck& c) {
    return fmt::format("unique {} ({})", c.table, joined(c.columns, ", "));
  }
  std::string operator()(const NotNullCheck& c) {
    return fmt::format("not_null {} ({})", c.table, joined(c.columns, ", "));
  }
  std::string operator()(const AcceptedCheck& c) { return fmt::format("accepted {}.{}", c.table, c.column); }
  std::string operator()(const ReferencesCheck& c) {
    return fmt::format("references {}.{} to {}.{}", c.table, c.column, c.other_table, c.other_column);
  }
  std::string operator()(const RowsCheck& c) { return "rows " + c.table; }
  std::string operator()(const SqlCheck& c) { return c.name; }
};

struct About {
  std::string operator()(const SqlCheck&) { return ""; }
  template <class What>
  std::string operator()(const What& check) {
    return check.table;
  }
};

}  // namespace

std::string name_of(const Check& check) {
  return std::visit(Named(), check.what);
}

std::string table_of(const Check& check) {
  return std::visit(About(), check.what);
}

Result<std::string> relation_of(const Request& request, pg::Session& session, const std::string& table) {
  const std::size_t dot = table.find('.');
  const pg::Rows found = TRY(session.query(
      "SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) FROM pg_class c "
      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') "
      "AND ((n.nspname = $1 AND c.relname = $2) OR (n.nspname = $3 AND c.relname = $4)) ORDER BY n.nspname "
      "<> $1",
      {request.schema, table, dot == std::string::npos ? "" : table.substr(0, dot),
       dot == std::string::npos ? "" : table.substr(dot + 1)}));
  if (!found.empty()) return found.string(0, 0);
  return error(Kind::usage, "a check names table {}, and the schema files make none of that name", table)
      .next("they make: " + joined(TRY(table_names(session, request.schema)), ", "));
}

Result<std::string> failing_sql(const Request& request, pg::Session& session, const Check& check) {
  return std::visit(Lookup(request, session), check.what);
}

}  // namespace slipway::ingest
