#include "migrations/runner.hpp"

#include "migrations/plan.hpp"

namespace slipway::migrations {
namespace {

// Any fixed number that nobody else locks in the control database ("slipway" in hexadecimal).
constexpr const char* take_lock =
    "set local lock_timeout = '60s'; select pg_advisory_xact_lock(x'736c6970776179'::bigint)";

constexpr const char* bookkeeping =
    "create schema if not exists slipway;"
    "create table if not exists slipway.migrations ("
    "  number int primary key, name text not null, checksum text not null,"
    "  applied_at timestamptz not null default now())";

Result<std::vector<Applied>> read_applied(pg::Session& session) {
  const pg::Rows known = TRY(session.query("select to_regclass('slipway.migrations') is not null"));
  if (!known.truth(0, 0)) TRY(session.script(bookkeeping));
  const pg::Rows rows =
      TRY(session.query("select number, name, checksum from slipway.migrations order by number"));
  std::vector<Applied> applied;
  for (int row = 0; row < rows.size(); ++row)
    applied.push_back({static_cast<int>(rows.number(row, 0)), rows.string(row, 1), rows.string(row, 2)});
  return applied;
}

Done apply_one(pg::Session& session, const Migration& migration) {
  auto made = session.script(migration.sql);
  if (!made)
    return fail("cannot apply migration {} to the control database", migration.name)
        .because(std::move(made).error());
  TRY(session.query("insert into slipway.migrations (number, name, checksum) values ($1, $2, $3)",
                    {std::to_string(migration.number), migration.name, migration.checksum}));
  return {};
}

// True while there was something left to do.
Result<bool> step(pg::Session& session, std::span<const Migration> known) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  TRY(session.script(take_lock));
  const std::vector<Applied> applied = TRY(read_applied(session));
  const std::vector<Migration> left = TRY(pending(known, applied));
  if (left.empty()) return false;
  TRY(apply_one(session, left.front()));
  TRY(transaction.commit());
  return left.size() > 1;
}

}  // namespace

Done apply(pg::Session& session, std::span<const Migration> known) {
  while (TRY(step(session, known))) {
  }
  return {};
}

Done migrate(const std::string& conninfo) {
  // A migration may take its time, and so may the other one that holds the lock.
  pg::Options options;
  options.call_limit = Millis(600'000);
  pg::Session session = TRY(pg::Session::open(conninfo, options));
  return apply(session, embedded());
}

}  // namespace slipway::migrations
