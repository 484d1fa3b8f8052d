#include "swap/structure/contents.hpp"

#include <nlohmann/json.hpp>

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr std::int64_t most_bytes_read = 1LL << 30;

// A row that row security may hide is not counted: whom it hides it from differs.
constexpr std::string_view tables_sql = R"(
with found as (
  select c.oid, n.nspname, c.relname, coalesce(pg_relation_filenode(c.oid), 0) as filenode,
    pg_relation_size(c.oid) as bytes, coalesce(pg_partition_root(c.oid)::oid, c.oid) as root,
    has_table_privilege(c.oid, 'select') and not row_security_active(c.oid) as readable
  from pg_class c join pg_namespace n on n.oid = relnamespace
  where relkind in ('r', 'm') and relpersistence <> 't' and relispopulated and relname !~ '^slipway_'
    and case when $1 = '' then nspname !~ '^(pg_|information_schema$|slipway$|slipway_)' else nspname = $1 end)
select case when $1 = '' then format('%I.%I', f.nspname, f.relname) else format('%I', f.relname) end,
  case when $1 <> '' or rn.nspname = 'public' then r.relname::text else rn.nspname || '.' || r.relname end,
  f.filenode, f.bytes, f.readable and sum(f.bytes) over (order by f.bytes, f.oid) <= $2::bigint,
  format('%I.%I', f.nspname, f.relname)
from found f join pg_class r on r.oid = f.root join pg_namespace rn on rn.oid = r.relnamespace
)";

Result<Tally> tally_of(pg::Session& session, const std::string& table) {
  // Most tables have few different xmins: grouped, they need not be turned into numbers row by row.
  const pg::Rows rows = TRY(session.query(fmt::format(
      "select coalesce(sum(number), 0)::bigint, coalesce(sum(number * xmin::text::bigint), 0)::text "
      "from (select xmin, count(*) as number from only {} group by xmin) tally",
      table)));
  return Tally{rows.number(0, 0), rows.string(0, 1)};
}

// Empty: it is as it was.
std::string change(const Content& then, const Content& now) {
  if (then.tally && now.tally) {
    if (then.tally->rows != now.tally->rows)
      return fmt::format("{} rows then, {} now", then.tally->rows, now.tally->rows);
    return *then.tally == *now.tally ? "" : "its rows were written to";
  }
  if (then.filenode != now.filenode) return "it was written anew";
  // Vacuum gives empty pages back.
  if (now.bytes > then.bytes) return fmt::format("{} bytes then, {} now", then.bytes, now.bytes);
  return "";
}

}  // namespace

Result<Contents> read_contents(pg::Session& session, const std::string& schema) {
  std::optional<pg::Transaction> own;
  if (!session.in_transaction())
    own.emplace(TRY(pg::Transaction::begin(session, "isolation level repeatable read read only")));
  const pg::Rows rows = TRY(session.query(tables_sql, {schema, std::to_string(most_bytes_read)}));
  Contents contents;
  for (int row = 0; row < rows.size(); ++row) {
    Content& content = contents[rows.string(row, 0)];
    content.table = rows.string(row, 1);
    content.filenode = rows.number(row, 2);
    content.bytes = rows.number(row, 3);
    if (rows.truth(row, 4)) content.tally = TRY(tally_of(session, rows.string(row, 5)));
  }
  return contents;
}

std::vector<std::string> changes(const Contents& then, const Contents& now,
                                 const std::function<bool(const std::string& table)>& may_change) {
  std::vector<std::string> found;
  for (const auto& [name, before] : then) {
    if (may_change(before.table)) continue;
    const auto after = now.find(name);
    const std::string what = after == now.end() ? "it is gone" : change(before, after->second);
    if (!what.empty()) found.push_back(fmt::format("table {}: {}", name, what));
  }
  for (const auto& [name, after] : now)
    if (!then.contains(name) && !may_change(after.table))
      found.push_back(fmt::format("table {}: it was not there", name));
  return found;
}

json to_json(const Contents& contents) {
  json all = json::object();
  for (const auto& [name, content] : contents) {
    json& one =
        all[name] = {{"table", content.table}, {"filenode", content.filenode}, {"bytes", content.bytes}};
    if (content.tally) one["rows"] = content.tally->rows, one["xmins"] = content.tally->xmins;
  }
  return all;
}

Contents contents_from_json(const json& whole) {
  Contents contents;
  for (const auto& [name, one] : whole.items()) {
    Content& content = contents[name];
    content.table = one.at("table");
    content.filenode = one.at("filenode");
    content.bytes = one.at("bytes");
    if (one.contains("rows")) content.tally = Tally{one.at("rows"), one.at("xmins")};
  }
  return contents;
}

}  // namespace slipway::swap
