#include "swap/registry/tables.hpp"

#include <array>

#include "base/pg/identifier.hpp"

namespace slipway::swap {
namespace {

// Each brings the tables from one version to the next; their count is the version. What has been released is
// never changed.
constexpr std::array<std::string_view, 4> migrations = {
    R"(
create table slipway.target (
  mode text not null,
  name text not null,
  last_id text not null default '',
  journal text,
  primary key (mode, name)
);
create table slipway.snapshot (
  mode text not null,
  name text not null,
  id text not null,
  oid oid not null default 0,
  buried boolean not null default false,
  manifest text not null,
  primary key (mode, name, id)
);
create table slipway.receipt (
  mode text not null,
  name text not null,
  epoch bigint not null,
  receipt text not null,
  primary key (mode, name, epoch)
);
comment on table slipway.target is 'Which id was given out last, and the journal of promotions.';
comment on table slipway.snapshot is 'What each snapshot says of itself, and the OID of what it is.';
comment on table slipway.receipt is 'What each promotion left behind.';
)",
    R"(
alter table slipway.snapshot add rights jsonb;
comment on column slipway.snapshot.rights is 'Schema mode: who could look into it before it was frozen.';
)",
    R"(
alter table slipway.snapshot add kept text;
comment on column slipway.snapshot.kept is 'Its structure when it was finished, by which guardrails judge it.';
)",
    R"(
create table slipway.unchecked (
  name text not null,
  relation oid not null,
  constraint_name text not null,
  primary key (name, relation, constraint_name)
);
comment on table slipway.unchecked is 'Schema mode: constraints outside that a switch took along, and whose rows are still to be checked.';
)"};

constexpr int newest = migrations.size();
constexpr std::string_view migration_lock = "select pg_advisory_xact_lock(7161427709365521249)";

Error newer(const RegistryPlace& place, long long version) {
  return fail("the registry of {} in database {} has version {}, and this Slipway knows none newer than {}",
              place.what(), place.database, version, newest)
      .next("It was written by a newer Slipway: use that version.");
}

// 0: no tables. Only where they are is there something to ask.
Result<long long> version_of(pg::Session& session, const RegistryPlace& place) {
  Result<pg::Rows> rows = session.query("select to_regclass('slipway.version') is not null");
  if (rows && !rows->truth(0, 0)) return 0LL;
  if (rows) rows = session.query("select coalesce(max(number), 0) from slipway.version");
  if (!rows)
    return with_privilege(std::move(rows).error(),
                          fmt::format("The role needs the tables of schema slipway in database {}; best, it "
                                      "is the one that made them.",
                                      place.database));
  if (rows->number(0, 0) > newest) return newer(place, rows->number(0, 0));
  return rows->number(0, 0);
}

Result<bool> database_exists(pg::Session& session, const std::string& name) {
  return !TRY(session.query("select 1 from pg_database where datname = $1", {name})).empty();
}

Done make_database(const Seams& seams, const RegistryPlace& place) {
  if (place.entry == place.database) return {};
  pg::Session session = TRY(open_direct(seams, place.server, place.entry));
  if (TRY(database_exists(session, place.database))) return {};
  Result<pg::Rows> made = session.script(
      fmt::format("create database {} template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'",
                  pg::quoted(place.database)));
  if (made || TRY(database_exists(session, place.database))) return {};  // somebody else was quicker
  return with_privilege(
      std::move(made).error(),
      fmt::format("The role of `server` needs CREATEDB (ALTER ROLE … CREATEDB). Database {} "
                  "holds Slipway's lock and journal; `maintenance` names it.",
                  place.database));
}

Done migrate(pg::Session& session, const RegistryPlace& place) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  TRY(session.script(migration_lock));
  TRY(session.script(
      "create schema if not exists slipway;"
      "create table if not exists slipway.version (number int primary key, at timestamptz default now())"));
  for (long long number = TRY(version_of(session, place)); number < newest; ++number) {
    TRY(session.script(migrations[static_cast<std::size_t>(number)]));
    TRY(session.query("insert into slipway.version (number) values ($1)", {std::to_string(number + 1)}));
  }
  return transaction.commit();
}

}  // namespace

Result<bool> registry_exists(const Seams& seams, const RegistryPlace& place) {
  if (place.entry != place.database) {
    pg::Session entry = TRY(open_direct(seams, place.server, place.entry));
    if (!TRY(database_exists(entry, place.database))) return false;
  }
  pg::Session session = TRY(open_direct(seams, place.server, place.database));
  return TRY(version_of(session, place)) > 0;
}

Done make_registry(const Seams& seams, const RegistryPlace& place) {
  TRY(make_database(seams, place));
  pg::Session session = TRY(open_direct(seams, place.server, place.database));
  if (TRY(version_of(session, place)) == newest) return {};
  Done done = migrate(session, place);
  if (done) return {};
  return with_privilege(
      std::move(done).error(),
      fmt::format("The role of `server` needs CREATE on database {}.", pg::quoted(place.database)));
}

}  // namespace slipway::swap
