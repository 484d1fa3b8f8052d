#include "daemon/ingest/schema/structure_indexes.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::ingest {
namespace {

// Of a table: constraints first. Those that belong to an index of the parent table come with that one.
constexpr std::string_view own_indexes_sql = R"(
SELECT i.indexrelid FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x')
WHERE i.indrelid = $1::oid AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
ORDER BY c.contype NULLS LAST, i.indisunique DESC, x.relname)";

constexpr std::string_view index_sql = R"(
SELECT x.relname, n.nspname, t.relname, pg_get_indexdef(i.indexrelid), x.relkind = 'I',
       i.indisunique AND i.indpred IS NULL AND i.indexprs IS NULL,
       i.indisclustered, i.indisreplident, array_to_string(x.reloptions, ', '), obj_description(i.indexrelid, 'pg_class'),
       c.conname, c.contype, pg_get_constraintdef(c.oid), obj_description(c.oid, 'pg_constraint')
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid AND c.contype IN ('p', 'u', 'x')
WHERE i.indexrelid = $1::oid)";
constexpr std::string_view index_columns_sql = R"(
SELECT a.attname FROM pg_index i, generate_series(0, i.indnkeyatts - 1) place
JOIN pg_attribute a ON true WHERE i.indexrelid = $1::oid AND a.attrelid = i.indrelid AND a.attnum = i.indkey[place]
ORDER BY place)";
constexpr std::string_view index_statistics_sql = R"(
SELECT attnum, attstattarget FROM pg_attribute WHERE attrelid = $1::oid AND attstattarget >= 0 ORDER BY 1)";
constexpr std::string_view index_parts_sql =
    "SELECT inhrelid FROM pg_inherits WHERE inhparent = $1::oid ORDER BY 1";

struct Index {
  std::string oid;
  std::string name;       // quoted, with its schema
  std::string bare_name;  // unquoted
  std::string table;      // quoted, with its schema
  std::string table_name;
  std::string definition;
  bool partitioned = false;
  bool unique = false;  // over columns and all rows
  bool clustered = false;
  bool replica_identity = false;
  std::string options;
  std::optional<std::string> comment;
  std::optional<std::string> constraint;
  char constraint_type = 'p';
  std::string constraint_definition;
  std::optional<std::string> constraint_comment;
};

std::optional<std::string> text_or_null(const pg::Rows& rows, int column) {
  return rows.is_null(0, column) ? std::nullopt : std::optional(rows.string(0, column));
}

Result<Index> read_index(pg::Session& session, const std::string& oid) {
  const pg::Rows rows = TRY(session.query(index_sql, {oid}));
  Index index;
  index.oid = oid;
  index.name = pg::quoted(rows.text(0, 1), rows.text(0, 0));
  index.bare_name = rows.string(0, 0);
  index.table = pg::quoted(rows.text(0, 1), rows.text(0, 2));
  index.table_name = rows.string(0, 2);
  index.definition = rows.string(0, 3);
  index.partitioned = rows.truth(0, 4);
  index.unique = rows.truth(0, 5);
  index.clustered = rows.truth(0, 6);
  index.replica_identity = rows.truth(0, 7);
  index.options = rows.string(0, 8);
  index.comment = text_or_null(rows, 9);
  index.constraint = text_or_null(rows, 10);
  if (index.constraint) index.constraint_type = rows.text(0, 11)[0];
  index.constraint_definition = rows.string(0, 12);
  index.constraint_comment = text_or_null(rows, 13);
  return index;
}

// A partitioned index takes its options only where it is made.
std::string constraint_with_options(const Index& index) {
  std::string definition = index.constraint_definition;
  if (index.options.empty() || !index.partitioned) return definition;
  std::size_t end = definition.size();
  for (const std::string_view suffix : {" INITIALLY DEFERRED", " DEFERRABLE"})
    if (std::string_view(definition).substr(0, end).ends_with(suffix)) end -= suffix.size();
  return definition.insert(end, fmt::format(" WITH ({})", index.options));
}

// The index first, under a lock that lets others read; then the constraint, which only takes it over.
void make_in_two_steps(const Index& index, std::vector<std::string>& restore) {
  std::string when;
  for (const std::string_view suffix : {" DEFERRABLE", " INITIALLY DEFERRED"})
    if (index.constraint_definition.find(suffix) != std::string::npos) when += suffix;
  restore.push_back(index.definition);
  restore.push_back(fmt::format(
      "ALTER TABLE ONLY {} ADD CONSTRAINT {} {} USING INDEX {}{}", index.table, pg::quoted(*index.constraint),
      index.constraint_type == 'p' ? "PRIMARY KEY" : "UNIQUE", pg::quoted(index.bare_name), when));
}

void make(const Index& index, std::vector<std::string>& restore) {
  if (!index.constraint) return restore.push_back(index.definition);
  if (index.unique && !index.partitioned && index.constraint_type != 'x')
    return make_in_two_steps(index, restore);
  restore.push_back(fmt::format("ALTER TABLE ONLY {} ADD CONSTRAINT {} {}", index.table,
                                pg::quoted(*index.constraint), constraint_with_options(index)));
  if (!index.options.empty() && !index.partitioned)
    restore.push_back(fmt::format("ALTER INDEX {} SET ({})", index.name, index.options));
}

// What hangs on an index and is lost with it.
Done add_settings(pg::Session& session, const Index& index, std::vector<std::string>& restore) {
  if (index.clustered)
    restore.push_back(fmt::format("ALTER TABLE {} CLUSTER ON {}", index.table, pg::quoted(index.bare_name)));
  if (index.replica_identity)
    restore.push_back(fmt::format("ALTER TABLE ONLY {} REPLICA IDENTITY USING INDEX {}", index.table,
                                  pg::quoted(index.bare_name)));
  if (index.comment) restore.push_back(comment_on("INDEX " + index.name, *index.comment));
  const pg::Rows statistics = TRY(session.query(index_statistics_sql, {index.oid}));
  for (int row = 0; row < statistics.size(); ++row)
    restore.push_back(fmt::format("ALTER INDEX {} ALTER COLUMN {} SET STATISTICS {}", index.name,
                                  statistics.text(row, 0), statistics.text(row, 1)));
  if (index.constraint_comment)
    restore.push_back(
        comment_on(fmt::format("CONSTRAINT {} ON {}", pg::quoted(*index.constraint), index.table),
                   *index.constraint_comment));
  return {};
}

// The partitions' indexes first, each under its own name; then this one over them.
Done add_restore(pg::Session& session, const Index& index, std::vector<std::string>& restore) {
  const pg::Rows parts = TRY(session.query(index_parts_sql, {index.oid}));
  std::vector<std::string> attach;
  for (int row = 0; row < parts.size(); ++row) {
    const Index part = TRY(read_index(session, parts.string(row, 0)));
    TRY(add_restore(session, part, restore));
    attach.push_back(fmt::format("ALTER INDEX {} ATTACH PARTITION {}", index.name, part.name));
  }
  make(index, restore);
  restore.insert(restore.end(), attach.begin(), attach.end());
  return add_settings(session, index, restore);
}

Result<Part> part_of(pg::Session& session, const std::string& oid) {
  const Index index = TRY(read_index(session, oid));
  Part part;
  part.table = part.constraint.table = index.table_name;
  part.drop = index.constraint ? fmt::format("ALTER TABLE {} DROP CONSTRAINT {}", index.table,
                                             pg::quoted(*index.constraint))
                               : "DROP INDEX " + index.name;
  part.constraint.name = index.bare_name;
  if (index.constraint) {
    part.constraint.name = *index.constraint;
    part.constraint.type = index.constraint_type;
    part.constraint.definition = index.constraint_definition;
  }
  part.unique = index.unique && part.constraint.type != 'x';
  if (part.unique) {
    const pg::Rows columns = TRY(session.query(index_columns_sql, {oid}));
    for (int row = 0; row < columns.size(); ++row)
      part.constraint.columns.push_back(pg::quoted(columns.text(row, 0)));
  }
  TRY(add_restore(session, index, part.restore));
  return part;
}

}  // namespace

std::string comment_on(std::string_view what, const std::string& comment) {
  return fmt::format("COMMENT ON {} IS {}", what, pg::literal(comment));
}

Done record_indexes(pg::Session& session, const CatalogTable& table, std::vector<Part>& parts) {
  const pg::Rows rows = TRY(session.query(own_indexes_sql, {table.oid}));
  for (int row = 0; row < rows.size(); ++row) parts.push_back(TRY(part_of(session, rows.string(row, 0))));
  return {};
}

}  // namespace slipway::ingest
