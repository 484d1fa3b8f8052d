#include "swap/diff/tables.hpp"

#include <nlohmann/json.hpp>

#include "base/pg/identifier.hpp"
#include "swap/structure/catalog.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

// The same value is to be the same text on both sides.
constexpr std::string_view as_text =
    "set datestyle to iso; set intervalstyle to postgres; set timezone to 'UTC'; set extra_float_digits to "
    "1; "
    "set bytea_output to hex; set xmlbinary to base64";

constexpr std::string_view tables_sql = R"(
select name, c.oid::regclass::text,
  (select coalesce(json_agg(quote_ident(attname) order by attname), '[]') from pg_attribute
     where attrelid = c.oid and attnum > 0 and not attisdropped),
  (select coalesce(json_agg(json_build_array(quote_ident(attname), format_type(atttypid, atttypmod)) order by place), '[]')
     from pg_constraint, unnest(conkey) with ordinality as k(number, place), pg_attribute
     where conrelid = c.oid and contype = 'p' and attrelid = c.oid and attnum = k.number)
from c where relkind in ('r', 'p') and not relispartition
)";

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : between) + part;
  return text;
}

// "t.k1, t.k2"; as texts, or in descending order. With the table's alias: ORDER BY would take a bare name for
// the text of the same name that is selected.
std::string key_list(const ComparedTable& table, std::string_view suffix) {
  std::vector<std::string> parts;
  for (const KeyColumn& column : table.key) parts.push_back("t." + column.name + std::string(suffix));
  return joined(parts, ", ");
}

std::string until_clause(const ComparedTable& table, const Range& range) {
  if (range.until.empty()) return "";
  std::vector<std::string> values;
  for (std::size_t i = 0; i < table.key.size(); ++i)
    values.push_back(fmt::format("${}::{}", i + 1, table.key[i].type));
  return fmt::format(" where ({}) {} ({})", key_list(table, ""),
                     range.end == End::first ? "<=" : ">=", joined(values, ", "));
}

}  // namespace

Result<std::map<std::string, ComparedTable>> read_tables(pg::Session& session, const std::string& schema) {
  TRY(session.script(as_text));
  TRY(session.query("select set_config('search_path', $1, false)",
                    {schema.empty() ? "" : pg::quoted(schema)}));
  const pg::Rows rows = TRY(session.query(std::string(scope_sql) + std::string(tables_sql), {schema}));
  std::map<std::string, ComparedTable> tables;
  for (int row = 0; row < rows.size(); ++row) {
    ComparedTable& table = tables[rows.string(row, 0)];
    table.from = rows.string(row, 1);
    table.columns = json::parse(rows.text(row, 2)).get<std::vector<std::string>>();
    for (const json& column : json::parse(rows.text(row, 3)))
      table.key.push_back({column.at(0), column.at(1)});
  }
  return tables;
}

Result<std::int64_t> count_rows(pg::Session& session, const ComparedTable& table) {
  return TRY(session.query("select count(*) from " + table.from)).number(0, 0);
}

Result<Digested> digest_rows(pg::Session& session, const ComparedTable& table,
                             const std::vector<std::string>& columns, const Range& range) {
  const std::string sql =
      fmt::format("select md5(row({})::text), {} from {} as t{} order by {} limit {}", joined(columns, ", "),
                  key_list(table, "::text"), table.from, until_clause(table, range),
                  key_list(table, range.end == End::first ? "" : " desc"), range.most);
  const pg::Rows rows =
      TRY(session.query(sql, std::vector<pg::Parameter>(range.until.begin(), range.until.end())));
  Digested found;
  for (int row = 0; row < rows.size(); ++row) {
    std::vector<std::string> key;
    for (int column = 1; column < rows.columns(); ++column) key.push_back(rows.string(row, column));
    found.rows[joined(key, ", ")] = rows.string(row, 0);
    found.last_key = std::move(key);
  }
  return found;
}

}  // namespace slipway::swap
