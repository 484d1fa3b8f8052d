#include "migrations/history.hpp"

namespace slipway::history {
namespace {

pg::Parameter or_null(const std::string& text) {
  return text.empty() ? pg::Parameter() : pg::Parameter(text);
}

}  // namespace

Result<bool> mirror(pg::Session& session, const Promotion& promotion) {
  const pg::Rows rows = TRY(session.query(
      "insert into slipway.promotions as known"
      " (target, started_at, epoch, kind, actor, outcome, from_snapshot, to_snapshot, receipt)"
      " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
      " on conflict (target, started_at) do update set epoch = excluded.epoch, kind = excluded.kind,"
      " outcome = excluded.outcome, from_snapshot = excluded.from_snapshot,"
      " to_snapshot = excluded.to_snapshot, receipt = excluded.receipt, mirrored_at = now()"
      " where known.outcome <> excluded.outcome returning 1",
      {promotion.target, promotion.started_at, std::to_string(promotion.epoch), promotion.kind,
       promotion.actor, promotion.outcome, or_null(promotion.from), or_null(promotion.to),
       promotion.receipt}));
  return !rows.empty();
}

Result<std::set<std::string>> mirrored(pg::Session& session, const std::string& target) {
  const pg::Rows rows =
      TRY(session.query("select to_char(started_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
                        " || ' ' || outcome from slipway.promotions where target = $1",
                        {target}));
  std::set<std::string> known;
  for (int row = 0; row < rows.size(); ++row) known.insert(rows.string(row, 0));
  return known;
}

}  // namespace slipway::history
