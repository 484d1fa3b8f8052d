#include "swap/manifest_table.hpp"

#include <nlohmann/json.hpp>

#include "base/pg/identifier.hpp"

namespace slipway::swap {
namespace {

constexpr std::string_view table_sql = R"(
create table slipway_manifest (
  id text primary key,
  build_uuid uuid not null,
  fence bigint not null,
  pipeline text not null,
  parameters jsonb not null,
  inputs jsonb not null default '[]',
  rows jsonb not null default '{}',
  bytes bigint,
  fingerprint text,
  versions jsonb not null,
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
comment on table slipway_manifest is 'Which snapshot this is. Written by Slipway.';
)";

constexpr std::string_view shape_sql = R"(
select encode(sha256(convert_to(coalesce(string_agg(line, E'\n' order by line), ''), 'UTF8')), 'hex')
from (
  select format('%s.%s %s %s %s', n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull) as line
  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'slipway_carry', 'slipway_inputs') and c.relname <> 'slipway_manifest'
  union all
  select pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indrelid
    join pg_namespace n on n.oid = c.relnamespace
  where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast', 'slipway_carry', 'slipway_inputs') and c.relname <> 'slipway_manifest'
  union all
  select format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
  where conrelid <> 0 and conrelid <> to_regclass('slipway_manifest')
    and connamespace is distinct from to_regnamespace('slipway_carry')
    and connamespace is distinct from to_regnamespace('slipway_inputs')
  union all
  select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal and tgname !~ '^slipway_'
) as shape
)";

std::string versions(const Manifest& manifest) {
  return nlohmann::json{{"postgresql", manifest.postgresql_version}, {"slipway", manifest.slipway_version}}
      .dump();
}

}  // namespace

Done create_manifest_table(pg::Session& session, const std::string& owner, const std::string& reader,
                           const Manifest& manifest) {
  TRY(session.script(table_sql));
  TRY(
      session.query("insert into slipway_manifest (id, build_uuid, fence, pipeline, parameters, versions) "
                    "values ($1, $2, $3, $4, $5, $6)",
                    {manifest.id, manifest.build_uuid, std::to_string(manifest.fence), manifest.pipeline,
                     nlohmann::json(manifest.parameters).dump(), versions(manifest)}));
  for (const std::string& role : {owner, reader})
    if (!role.empty()) TRY(session.script("grant select on slipway_manifest to " + pg::quoted(role)));
  return {};
}

Done complete_manifest_table(pg::Session& session, const Manifest& manifest) {
  const pg::Rows updated = TRY(session.query(
      "update slipway_manifest set inputs = $1, rows = $2, bytes = pg_database_size(current_database()), "
      "fingerprint = $3, finished_at = now() where id = $4 and fence = $5",
      {nlohmann::json(manifest.inputs).dump(), nlohmann::json(manifest.rows).dump(), manifest.fingerprint,
       manifest.id, std::to_string(manifest.fence)}));
  if (updated.affected() == 1) return {};
  return fail("the build of snapshot {} was taken over by another job", manifest.id);
}

Result<Identity> read_identity(pg::Session& session, const std::string& schema) {
  const std::string table = schema.empty() ? "slipway_manifest" : pg::quoted(schema) + ".slipway_manifest";
  const pg::Rows rows = TRY(session.query("select id, build_uuid from " + table));
  if (rows.size() != 1) return fail("slipway_manifest has {} rows instead of one", rows.size());
  return Identity{rows.string(0, 0), rows.string(0, 1)};
}

Result<std::string> shape_fingerprint(pg::Session& session) {
  return TRY(session.query(shape_sql)).string(0, 0);
}

}  // namespace slipway::swap
