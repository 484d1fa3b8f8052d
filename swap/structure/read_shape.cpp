#include "swap/structure/read_shape.hpp"

#include <optional>

#include "base/pg/identifier.hpp"
#include "swap/structure/catalog.hpp"

namespace slipway::swap {
namespace {

constexpr std::size_t most_objects = 1'000'000;

std::vector<CatalogQuery> all_queries() {
  std::vector<CatalogQuery> all = relation_queries();
  for (const auto& more : {code_queries(), rights_queries(), database_queries()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

// All of them as one statement.
std::string whole_sql(const std::string& schema) {
  std::string sql;
  for (const CatalogQuery& one : all_queries()) {
    if (one.reach == Reach::whole_database && !schema.empty()) continue;
    sql += fmt::format(
        "{}select '{}'::text, object::text, definition::text, of::text from ({}{}) as q (object, definition, "
        "of)",
        sql.empty() ? "" : "\nunion all\n", one.kind, scope_sql, one.sql);
  }
  return sql;
}

}  // namespace

Result<Shape> read_shape(pg::Session& session, const std::string& schema) {
  std::optional<pg::Transaction> own;
  if (!session.in_transaction())
    own.emplace(TRY(pg::Transaction::begin(session, "isolation level repeatable read read only")));
  const std::string before = TRY(session.query("select current_setting('search_path')")).string(0, 0);
  const std::string path = schema.empty() ? "" : pg::quoted(schema);
  // Compiling the query takes seconds, running it milliseconds.
  TRY(session.query("select set_config('search_path', $1, true), set_config('jit', 'off', true)", {path}));
  const Result<pg::Rows> rows = session.query(whole_sql(schema), {schema});
  if (!rows) return fail("cannot read the structure of the database").because(rows.error());
  if (static_cast<std::size_t>(rows->size()) > most_objects)
    return fail("the database has more than {} objects", most_objects);
  Shape shape;
  for (const ShapeKind& kind : shape_kinds()) shape.kinds[std::string(kind.name)];
  for (int row = 0; row < rows->size(); ++row)
    shape.kinds[rows->string(row, 0)][rows->string(row, 1)] = {rows->string(row, 2), rows->string(row, 3)};
  TRY(session.query("select set_config('search_path', $1, true)", {before}));
  return shape;
}

}  // namespace slipway::swap
