#include "daemon/ingest/load/ledger.hpp"

#include <nlohmann/json.hpp>

#include "base/config/config.hpp"
#include "base/pg/identifier.hpp"
#include "base/version.hpp"
#include "daemon/ingest/columns/digest.hpp"
#include "daemon/ingest/source/inputs.hpp"

namespace slipway::ingest {
namespace {

using nlohmann::json;

std::string table_of(const Request& request) {
  return pg::quoted(request.schema, ledger_table);
}

json to_json(const Part& part) {
  const Constraint& key = part.constraint;
  return {{"table", part.table},
          {"drop", part.drop},
          {"restore", part.restore},
          {"unique", part.unique},
          {"name", key.name},
          {"of", key.table},
          {"type", std::string(1, key.type)},
          {"definition", key.definition},
          {"columns", key.columns},
          {"other_table", key.other_table},
          {"other_columns", key.other_columns}};
}

Part part_from(const json& body, const std::string& entry) {
  Part part;
  part.table = body.at("table");
  part.drop = body.at("drop");
  part.restore = body.at("restore").get<std::vector<std::string>>();
  part.unique = body.at("unique");
  part.constraint.name = body.at("name");
  part.constraint.table = body.at("of");
  part.constraint.type = body.at("type").get<std::string>().at(0);
  part.constraint.definition = body.at("definition");
  part.constraint.columns = body.at("columns").get<std::vector<std::string>>();
  part.constraint.other_table = body.at("other_table");
  part.constraint.other_columns = body.at("other_columns").get<std::vector<std::string>>();
  part.entry = entry;
  return part;
}

json to_json(const LedgerPart& part) {
  json files = json::array();
  for (const FilePart& one : part.files)
    files.push_back({{"file", one.file},
                     {"path", one.path},
                     {"bytes", one.bytes},
                     {"mtime_ns", one.mtime_ns},
                     {"read", one.read},
                     {"loaded", one.loaded},
                     {"rejected", one.rejected},
                     {"sum", one.sum},
                     {"digest", one.digest},
                     {"reject_bytes", one.reject_bytes},
                     {"log_bytes", one.log_bytes}});
  return {{"number", part.number}, {"files", files}, {"sum", part.sum}, {"last", part.last}};
}

LedgerPart ledger_part_from(const json& body) {
  LedgerPart part;
  part.number = body.at("number");
  part.sum = body.at("sum");
  part.last = body.at("last");
  for (const json& one : body.at("files")) {
    FilePart file;
    file.file = one.at("file");
    file.path = one.at("path");
    file.bytes = one.at("bytes");
    file.mtime_ns = one.at("mtime_ns");
    file.read = one.at("read");
    file.loaded = one.at("loaded");
    file.rejected = one.at("rejected");
    file.sum = one.at("sum");
    file.digest = one.at("digest");
    file.reject_bytes = one.at("reject_bytes");
    file.log_bytes = one.at("log_bytes");
    part.files.push_back(std::move(file));
  }
  return part;
}

// In order within its kind and name. Says under which entry it stands. No sequence numbers them: one that was
// made in the same transaction goes back when the server is killed, under wal_level=minimal.
Result<std::string> insert(const Request& request, pg::Session& session, const std::string& kind,
                           const std::string& name, std::int64_t number, const json& content) {
  const std::string text = content.dump(-1, ' ', false, json::error_handler_t::replace);
  const pg::Rows rows = TRY(session.query(
      fmt::format("INSERT INTO {} (kind, name, number, content) VALUES ($1, $2, $3, $4) RETURNING entry",
                  table_of(request)),
      {kind, name, std::to_string(number), text}));
  return rows.string(0, 0);
}

Done insert_parts(const Request& request, pg::Session& session, const std::string& kind,
                  const std::string& name, std::vector<Part>& parts) {
  for (Part& part : parts)
    part.entry = TRY(insert(request, session, kind, name, &part - parts.data(), to_json(part)));
  return {};
}

void take_row(const pg::Rows& rows, int row, Ledger& ledger, std::int64_t& wanted, std::int64_t& found) {
  const std::string entry = rows.string(row, 0);
  const std::string kind = rows.string(row, 1);
  const std::string name = rows.string(row, 2);
  const json content = json::parse(rows.string(row, 3));
  if (kind == "recipe") {
    ledger.recipe = name;
    wanted = content.at("entries");
    for (const std::string table : content.at("tables")) ledger.structure.indexes[table];
    return;
  }
  if (kind == "part") return ledger.parts[name].push_back(ledger_part_from(content));
  ++found;
  if (kind == "index") ledger.structure.indexes[name].push_back(part_from(content, entry));
  if (kind == "foreign key") ledger.structure.foreign_keys.push_back(part_from(content, entry));
  if (kind == "validation") ledger.structure.validations.push_back(part_from(content, entry));
  if (kind == "trigger") ledger.structure.triggers.push_back(part_from(content, entry));
  if (kind == "view") ledger.structure.views.push_back({content.at("oid"), content.at("restore"), entry});
}

}  // namespace

Result<std::string> recipe_of(const Request& request) {
  Digest digest;
  digest.add(fmt::format("{}\n{}\n", version, request.pipeline.name));
  for (const std::string& table : request.only) digest.add(table + "\n");
  std::vector<Path> files{request.config.file};
  for (const Path& file :
       TRY(expand(request.pipeline.schema, request.config.folder, request.pipeline.at, "schema")))
    files.push_back(file);
  constexpr std::size_t most_bytes = 1 << 30;
  for (const Path& file : files) {
    const std::optional<std::string> text = TRY(real_files().read_if_there(file, most_bytes));
    digest.add(fmt::format("{}\n{}\n", file.string(), text ? text->size() : 0));
    if (text) digest.add(*text);
  }
  return digest.hex();
}

Done begin_ledger(const Request& request, pg::Session& session, Structure& structure) {
  TRY(session.script(
      fmt::format("CREATE TABLE {} (entry uuid PRIMARY KEY DEFAULT gen_random_uuid(), kind text NOT NULL, "
                  "name text NOT NULL, number bigint NOT NULL, content text NOT NULL)",
                  table_of(request))));
  std::int64_t entries = 0;
  std::vector<std::string> tables;
  for (auto& [table, parts] : structure.indexes) {
    TRY(insert_parts(request, session, "index", table, parts));
    tables.push_back(table);
    entries += std::ssize(parts);
  }
  TRY(insert_parts(request, session, "foreign key", "", structure.foreign_keys));
  TRY(insert_parts(request, session, "validation", "", structure.validations));
  TRY(insert_parts(request, session, "trigger", "", structure.triggers));
  for (View& view : structure.views) {
    const json content = {{"oid", view.oid}, {"restore", view.restore}};
    view.entry = TRY(insert(request, session, "view", "", &view - structure.views.data(), content));
  }
  entries += std::ssize(structure.foreign_keys) + std::ssize(structure.validations) +
             std::ssize(structure.triggers) + std::ssize(structure.views);
  const std::string recipe = TRY(recipe_of(request));
  const json content = {{"entries", entries}, {"tables", tables}};
  TRY(insert(request, session, "recipe", recipe, 0, content));
  return {};
}

Result<std::optional<Ledger>> read_ledger(const Request& request, pg::Session& session) {
  const pg::Rows there = TRY(session.query("SELECT to_regclass($1) IS NOT NULL", {table_of(request)}));
  if (!there.truth(0, 0)) return std::optional<Ledger>();
  const pg::Rows rows = TRY(session.query(fmt::format(
      "SELECT entry, kind, name, content FROM {} ORDER BY kind, name, number", table_of(request))));
  Ledger ledger;
  std::int64_t wanted = 0;
  std::int64_t found = 0;
  try {
    for (int row = 0; row < rows.size(); ++row) take_row(rows, row, ledger, wanted, found);
  } catch (const json::exception& problem) {
    return fail("the ledger of the build cannot be read: {}", problem.what());
  }
  ledger.restoring = found < wanted;
  return std::optional(std::move(ledger));
}

Done write_part(const Request& request, pg::Session& session, const std::string& table,
                const LedgerPart& part) {
  TRY(insert(request, session, "part", table, part.number, to_json(part)));
  return {};
}

Done forget_parts(const Request& request, pg::Session& session, const std::string& table) {
  TRY(session.query(fmt::format("DELETE FROM {} WHERE kind = 'part' AND name = $1", table_of(request)),
                    {table}));
  return {};
}

Done note_restored(const Request& request, pg::Session& session, const std::string& entry) {
  if (entry.empty()) return {};
  TRY(session.query(fmt::format("DELETE FROM {} WHERE entry = $1", table_of(request)), {entry}));
  return {};
}

Done drop_ledger(const Request& request, Connection& connection) {
  pg::Transaction transaction = TRY(connection.begin(request));
  TRY(connection.session().script("DROP TABLE " + table_of(request)));
  return transaction.commit();
}

}  // namespace slipway::ingest
