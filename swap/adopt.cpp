#include "swap/adopt.hpp"

#include "base/digest.hpp"
#include "base/pg/identifier.hpp"
#include "base/version.hpp"
#include "swap/manifest_table.hpp"

namespace slipway::swap {
namespace {

constexpr Millis count_limit{3'600'000};

constexpr std::string_view tables_sql = R"(
select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'slipway_manifest'
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and ($1 = '' or n.nspname = $1)
order by 1, 2
)";

Done count_rows(pg::Session& session, const std::string& schema, Manifest& manifest) {
  session.limit(count_limit);
  const pg::Rows tables = TRY(session.query(tables_sql, {schema}));
  for (int row = 0; row < tables.size(); ++row) {
    const std::string inside = tables.string(row, 0), table = tables.string(row, 1);
    const bool bare = inside == "public" || inside == schema;
    manifest.rows[bare ? table : inside + "." + table] =
        TRY(session.query(fmt::format("select count(*) from {}.{}", pg::quoted(inside), pg::quoted(table))))
            .number(0, 0);
  }
  return {};
}

Manifest manifest_for(const Context& context) {
  Manifest manifest;
  manifest.build_uuid = new_uuid();
  manifest.boot_id = boot_id();
  manifest.state = SnapshotState::ready;
  manifest.adopted = true;
  manifest.created_ms = manifest.finished_ms = epoch_ms(context.seams.clock.now());
  manifest.slipway_version = version;
  return manifest;
}

}  // namespace

Result<std::string> adopt(const Context& context, const Path& folder, const std::string& actor) {
  const std::unique_ptr<Engine> engine = engine_of(context);
  TRY(engine->hold(actor));
  // What is there and is not ours is an error of live(): that is what we are here for.
  const Result<std::string> live = engine->live();
  if (live && !live->empty())
    return error(Kind::refused, "target {} is snapshot {} already", context.target.name, *live)
        .next("See: swap status");
  Manifest manifest = manifest_for(context);
  Done adopted = engine->adopt(manifest, folder);
  if (!adopted && adopted.error().sqlstate() == "42501")
    return fail("target {} could not be adopted", context.target.name)
        .because(std::move(adopted).error())
        .next(
            "The role of `server` must own what it adopts: ALTER DATABASE … OWNER TO …, or a superuser does "
            "it.");
  TRY(std::move(adopted));
  Journal journal = TRY(engine->read_journal());
  SnapshotRecord& record = journal.snapshots[manifest.id];
  record.first_promoted_ms = record.live_since_ms = manifest.created_ms;
  TRY(engine->write_journal(journal));
  TRY(engine->serve());
  return manifest.id;
}

Done describe_adopted(pg::Session& session, const std::string& schema, const std::string& owner,
                      const std::string& reader, Manifest& manifest) {
  TRY(count_rows(session, schema, manifest));
  manifest.fingerprint = TRY(shape_fingerprint(session));
  TRY(create_manifest_table(session, owner, reader, manifest));
  return complete_manifest_table(session, manifest);
}

}  // namespace slipway::swap
