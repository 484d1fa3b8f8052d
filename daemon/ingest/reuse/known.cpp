#include "daemon/ingest/reuse/known.hpp"

#include <nlohmann/json.hpp>

namespace slipway::ingest {
namespace {

using nlohmann::json;

json to_json(const KnownFile& file) {
  json segments = json::array();
  for (const Segment& one : file.segments)
    segments.push_back({{"xid", one.xid},
                        {"rows", one.rows},
                        {"first", one.first},
                        {"last", one.last},
                        {"whole", one.whole}});
  return {{"path", file.path},         {"bytes", file.bytes},   {"mtime_ns", file.mtime_ns},
          {"ctime_ns", file.ctime_ns}, {"inode", file.inode},   {"looked_ns", file.looked_ns},
          {"digest", file.digest},     {"loaded", file.loaded}, {"rejected", file.rejected},
          {"sum", file.sum},           {"segments", segments}};
}

KnownFile file_from(const json& body) {
  KnownFile file{body.at("path"),     body.at("bytes"),     body.at("mtime_ns"), body.at("ctime_ns"),
                 body.at("inode"),    body.at("looked_ns"), body.at("digest"),   body.at("loaded"),
                 body.at("rejected"), body.at("sum")};
  for (const json& one : body.at("segments"))
    file.segments.push_back(
        {one.at("xid"), one.at("rows"), one.at("first"), one.at("last"), one.value("whole", false)});
  return file;
}

json head_of(const KnownTable& table) {
  return {{"recipe", table.recipe},
          {"storage", table.storage},
          {"horizon", table.horizon},
          {"changed", table.changed}};
}

KnownTable table_from(const json& head) {
  return {head.at("recipe"), head.at("storage"), head.at("horizon"), head.value("changed", 0), {}};
}

// As COPY takes it with a quote and a delimiter that JSON never holds.
void append_line(std::string& out, const std::string& table, std::size_t number, const json& content) {
  out += fmt::format("{}\x02{}\x02{}\n", json(table).dump(), number, content.dump());
}

}  // namespace

Result<Known> read_known(pg::Session& session) {
  const std::string relation = fmt::format("{}.entries", known_schema);
  const pg::Rows there = TRY(session.query("SELECT to_regclass($1) IS NOT NULL", {relation}));
  if (!there.truth(0, 0)) return Known();
  const pg::Rows rows =
      TRY(session.query("SELECT name, number, content FROM " + relation + " ORDER BY name, number"));
  Known known;
  try {
    for (int row = 0; row < rows.size(); ++row) {
      const std::string table = json::parse(rows.string(row, 0));
      const json content = json::parse(rows.string(row, 2));
      if (rows.number(row, 1) == 0)
        known[table] = table_from(content);
      else
        known[table].files.push_back(file_from(content));
    }
  } catch (const json::exception& problem) {
    return fail("what is known of live's inputs cannot be read: {}", problem.what());
  }
  return known;
}

Done write_known(pg::Session& session, const Known& known) {
  TRY(
      session.script(fmt::format("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}; "
                                 "CREATE TABLE {0}.entries (name text NOT NULL, number bigint NOT NULL, "
                                 "content text NOT NULL, PRIMARY KEY (name, number))",
                                 known_schema)));
  TRY(session.copy_begin(fmt::format(
      "COPY {}.entries FROM STDIN (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')", known_schema)));
  for (const auto& [name, table] : known) {
    std::string lines;
    append_line(lines, name, 0, head_of(table));
    for (std::size_t i = 0; i < table.files.size(); ++i)
      append_line(lines, name, i + 1, to_json(table.files[i]));
    TRY(session.copy_send(lines));
  }
  TRY(session.copy_end());
  return {};
}

Result<RowsByXid> rows_by_xid(pg::Session& session, const std::string& table) {
  const pg::Rows rows = TRY(session.query("SELECT xmin::text, count(*) FROM " + table + " GROUP BY xmin"));
  RowsByXid found;
  for (int row = 0; row < rows.size(); ++row)
    found[static_cast<std::uint32_t>(rows.number(row, 0))] = rows.number(row, 1);
  return found;
}

}  // namespace slipway::ingest
