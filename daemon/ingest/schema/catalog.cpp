#include "daemon/ingest/schema/catalog.hpp"

#include <algorithm>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/columns/encode_array.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

// A domain's values travel as those of its base type; a length may be declared at any step on the way there.
constexpr std::string_view columns_sql = R"(
WITH RECURSIVE base(attnum, type, typmod) AS (
  SELECT attnum, atttypid, atttypmod FROM pg_attribute
  WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped
  UNION ALL
  SELECT b.attnum, t.typbasetype, greatest(b.typmod, t.typtypmod)
  FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd')
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attgenerated <> '',
       CASE WHEN a.attidentity <> '' THEN format('nextval(%L::regclass)', pg_get_serial_sequence($1::oid::regclass::text, a.attname))
            ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END,
       t.typname, t.typtype, t.typnamespace = 'pg_catalog'::regnamespace, b.typmod, t.oid, t.typsend, e.oid, e.typname, e.typtype,
       e.typnamespace = 'pg_catalog'::regnamespace, a.atttypid <> t.oid
FROM pg_attribute a
JOIN base b USING (attnum)
JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typsend = 'array_send'::regproc
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::oid
ORDER BY a.attnum)";

void declare_limits(TypeInfo& type, std::string_view base, int typmod) {
  if (typmod < 4) return;
  if (base == "varchar" || base == "bpchar") type.length_max = typmod - 4;
  if (base != "numeric") return;
  type.precision = (typmod - 4) >> 16 & 0xffff;
  type.scale = (((typmod - 4) & 0x7ff) ^ 1024) - 1024;
}

// What the catalog says of a type that has no type below it.
struct Base {
  std::string oid, name;
  bool is_enum, built_in;
  int typmod;
};

Done set_encoder(pg::Session& session, const Base& base, TypeInfo& type) {
  if (base.is_enum) {
    type.encode = enum_encoder();
    type.base = "enum";
    const pg::Rows labels =
        TRY(session.query("SELECT enumlabel FROM pg_enum WHERE enumtypid = $1::oid", {base.oid}));
    for (int i = 0; i < labels.size(); ++i) type.labels.push_back(labels.string(i, 0));
    std::sort(type.labels.begin(), type.labels.end());
  } else if (base.built_in) {
    type.encode = encoder_of(base.name);
    type.base = base.name;
    type.typmod = base.typmod;
    type.json = base.name == "json" || base.name == "jsonb";
    declare_limits(type, base.name, base.typmod);
  }
  return {};
}

Result<CatalogColumn> read_column(pg::Session& session, const pg::Rows& rows, int row) {
  CatalogColumn column;
  column.name = rows.string(row, 0);
  column.type.name = rows.string(row, 1);
  column.not_null = rows.truth(row, 2);
  column.generated = rows.truth(row, 3);
  if (!column.generated) column.default_expression = rows.string(row, 4);
  column.send = rows.string(row, 10);
  column.input = fmt::format("$1::{}", column.type.name);
  const int typmod = static_cast<int>(rows.number(row, 8));
  const Base whole{rows.string(row, 9), rows.string(row, 5), rows.text(row, 6) == "e", rows.truth(row, 7),
                   typmod};
  TRY(set_encoder(session, whole, column.type));
  if (rows.is_null(row, 11)) return column;
  const Base one{rows.string(row, 11), rows.string(row, 12), rows.text(row, 13) == "e", rows.truth(row, 14),
                 typmod};
  const auto element = std::make_shared<TypeInfo>();
  TRY(set_encoder(session, one, *element));
  // A cast would cut elements to their length where COPY refuses them; the type's own input does not.
  const bool domain = rows.truth(row, 15);
  if (element->length_max >= 0 && domain) return column;
  if (element->length_max >= 0) column.input = fmt::format("array_in($1, {}, {})", one.oid, typmod);
  column.type.element = element;
  column.type.element_oid = static_cast<std::uint32_t>(rows.number(row, 11));
  if (element->encode != nullptr) column.type.encode = encode_array;
  return column;
}

}  // namespace

const CatalogColumn* CatalogTable::find(std::string_view column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const CatalogColumn& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

std::string CatalogTable::column_names() const {
  std::vector<std::string> names;
  for (const CatalogColumn& column : columns) names.push_back(column.name);
  return joined(names);
}

std::string CatalogTable::quoted() const {
  return pg::quoted(schema, name);
}

std::string CatalogTable::alone() const {
  return (partitioned ? "" : "ONLY ") + quoted();
}

Result<std::optional<CatalogTable>> find_table(pg::Session& session, const std::string& schema,
                                               const std::string& name) {
  const pg::Rows found = TRY(session.query(
      "SELECT c.oid, c.relkind = 'p' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p')",
      {schema, name}));
  if (found.empty()) return std::optional<CatalogTable>();
  CatalogTable table{found.string(0, 0), schema, name, found.truth(0, 1), {}};
  const pg::Rows rows = TRY(session.query(columns_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) table.columns.push_back(TRY(read_column(session, rows, row)));
  return std::optional(std::move(table));
}

Result<std::vector<std::string>> table_names(pg::Session& session, const std::string& schema) {
  const pg::Rows rows = TRY(session.query(
      "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> 'slipway_manifest' ORDER BY 1",
      {schema}));
  std::vector<std::string> names;
  for (int row = 0; row < rows.size(); ++row) names.push_back(rows.string(row, 0));
  return names;
}

}  // namespace slipway::ingest
