#include "swap/structure/kept.hpp"

#include <nlohmann/json.hpp>

#include "swap/structure/read_shape.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

// Leaves of partitioned tables, but not what they are leaves of. An analyzed table whose rows are gone has
// pages.
constexpr std::string_view not_analyzed_sql = R"(
select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace
where relkind in ('r', 'm') and relnatts > 0 and relname !~ '^slipway_'
  and case when $1 = '' then nspname !~ '^(pg_|information_schema$|slipway$|slipway_)' else nspname = $1 end
  and pg_relation_size(c.oid) > 0 and not (reltuples = 0 and relpages > 0)
  and not exists (select from pg_stats s where s.schemaname = nspname and s.tablename = relname)
order by 1
)";

}  // namespace

Result<Kept> read_kept(pg::Session& session, const std::string& schema) {
  Kept kept;
  kept.shape = TRY(read_shape(session, schema));
  const pg::Rows rows = TRY(session.query(not_analyzed_sql, {schema}));
  for (int row = 0; row < rows.size(); ++row) kept.not_analyzed.push_back(rows.string(row, 0));
  kept.contents = TRY(read_contents(session, schema));
  return kept;
}

json to_json(const Kept& kept) {
  return {{"shape", to_json(kept.shape)},
          {"not_analyzed", kept.not_analyzed},
          {"contents", to_json(kept.contents)}};
}

Result<Kept> kept_from_json(const json& whole) {
  try {
    return Kept{TRY(shape_from_json(whole.at("shape"))),
                whole.at("not_analyzed").get<std::vector<std::string>>(),
                contents_from_json(whole.value("contents", json::object()))};
  } catch (const json::exception& wrong) {
    return fail("what was kept of a snapshot cannot be read: {}", wrong.what());
  }
}

Result<Kept> kept_from_text(const std::string& text) {
  const json whole = json::parse(text, nullptr, false);
  if (whole.is_discarded()) return fail("what was kept of a snapshot is no JSON");
  return kept_from_json(whole);
}

}  // namespace slipway::swap
