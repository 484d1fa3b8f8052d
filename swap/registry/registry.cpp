#include "swap/registry/registry.hpp"

#include "base/pg/identifier.hpp"
#include "swap/names.hpp"
#include "swap/registry/tables.hpp"

namespace slipway::swap {
namespace {

std::string mode_word(config::Mode mode) {
  return mode == config::Mode::schema ? "schema" : "database";
}

constexpr std::string_view write_journal_sql =
    "insert into slipway.target (mode, name, journal) values ($1, $2, $3) "
    "on conflict (mode, name) do update set journal = excluded.journal";

constexpr std::string_view snapshots_sql =
    "select oid, buried, manifest, id from slipway.snapshot where mode = $1 and name = $2 ";

// One whose manifest is damaged says so, and keeps nobody from the others.
SnapshotRow row_from(const pg::Rows& rows, int row, const RegistryPlace& place) {
  SnapshotRow found;
  found.oid = static_cast<unsigned>(rows.number(row, 0));
  found.buried = rows.truth(row, 1);
  Result<Manifest> manifest = manifest_from_text(
      rows.string(row, 2),
      fmt::format("a manifest of {} in slipway.snapshot of database {}", place.what(), place.database));
  found.manifest = manifest ? std::move(*manifest) : damaged_manifest(rows.string(row, 3), manifest.error());
  return found;
}

}  // namespace

Registry::Registry(const Seams& seams, RegistryPlace place)
    : seams_(seams),
      place_(std::move(place)),
      key_(lock_key("target " + mode_word(place_.mode) + " " + place_.name)) {}

Done Registry::make() {
  if (there_) return {};
  TRY(make_registry(seams_, place_));
  there_ = true;
  return {};
}

Result<bool> Registry::there() {
  if (!there_) there_ = TRY(registry_exists(seams_, place_));
  return there_;
}

// Nothing hangs on this one: where it was lost, another is opened.
Result<pg::Session*> Registry::reader() {
  if (!reader_ || !reader_->usable())
    reader_ = TRY(open_direct(seams_, place_.server, place_.database, "swap: looks"));
  return &*reader_;
}

Result<pg::Session*> Registry::session() {
  if (!holding_) return reader();
  if (!lock_ || !lock_->usable()) TRY(regain());
  return &lock_->session();
}

std::vector<pg::Parameter> Registry::keyed(std::vector<pg::Parameter> more) const {
  std::vector<pg::Parameter> parameters = {mode_word(place_.mode), place_.name};
  for (pg::Parameter& one : more) parameters.push_back(std::move(one));
  return parameters;
}

Result<std::string> Registry::journal_text_in(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(
      "select coalesce(journal, '') from slipway.target where mode = $1 and name = $2", keyed()));
  return rows.empty() ? std::string() : rows.string(0, 0);
}

Result<Journal> Registry::parsed(const std::string& text) const {
  if (text.empty()) return Journal{};
  return journal_from_text(text, fmt::format("the journal of {} in slipway.target of database {}",
                                             place_.what(), place_.database));
}

Result<Journal> Registry::read_journal() {
  if (!TRY(there())) return Journal{};
  const std::string text = TRY(journal_text_in(*TRY(session())));
  if (holding_) known_ = {text, {}};
  return parsed(text);
}

Done Registry::write_journal(const Journal& journal) {
  if (!holding_) return fail("the journal of {} is written without its lock", place_.what());
  pg::Session* session = TRY(this->session());
  known_.sent = journal_text(journal);
  TRY(session->query(write_journal_sql, keyed({known_.sent})));
  known_ = {known_.sent, {}};
  return {};
}

Done Registry::switch_with(const std::string& token, const Journal& switched, Millis statement_limit,
                           const std::function<Done(pg::Session&)>& act) {
  if (!lock_ || lock_->token() != token || !lock_->usable())
    return fail("the switch of {} could not be made: the session that may make it is gone", place_.what());
  const std::string text = journal_text(switched);
  known_.sent = text;
  const Done done = [&]() -> Done {
    pg::Session& session = lock_->session();
    pg::Transaction transaction = TRY(pg::Transaction::begin(session));
    TRY(session.query("select set_config('statement_timeout', $1, true)",
                      {std::to_string(std::max<long long>(statement_limit.count(), 1))}));
    TRY(act(session));
    TRY(session.query(write_journal_sql, keyed({text})));
    return transaction.commit();
  }();
  if (!done && lock_->usable()) return done;  // the server said no, and everything is as it was
  if (!done) {
    Done regained = regain();
    if (!regained)
      return fail("what came of the switch of {} is not known: {}", place_.what(), regained.error().summary())
          .because(done.error());
    if (known_.journal != text) return done;
  }
  known_ = {text, {}};
  return {};
}

Done Registry::keep_receipt(long long epoch, const std::string& json) {
  TRY(TRY(session())->query(
      "insert into slipway.receipt (mode, name, epoch, receipt) values ($1, $2, $3, $4) "
      "on conflict (mode, name, epoch) do update set receipt = excluded.receipt",
      keyed({std::to_string(epoch), json})));
  return {};
}

Result<std::vector<std::string>> Registry::receipts() {
  std::vector<std::string> found;
  if (!TRY(there())) return found;
  const pg::Rows rows = TRY(TRY(session())->query(
      "select receipt from slipway.receipt where mode = $1 and name = $2 order by epoch desc", keyed()));
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  return found;
}

Result<std::string> Registry::reserve_id(const std::string& seen) {
  pg::Session& session = *TRY(this->session());
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  TRY(session.query("insert into slipway.target (mode, name) values ($1, $2) on conflict do nothing",
                    keyed()));
  const pg::Rows rows = TRY(
      session.query("select last_id from slipway.target where mode = $1 and name = $2 for update", keyed()));
  const std::string id = next_snapshot_id(seams_.clock.now(), std::max(rows.string(0, 0), seen));
  TRY(session.query("update slipway.target set last_id = $3 where mode = $1 and name = $2", keyed({id})));
  TRY(transaction.commit());
  return id;
}

Result<std::vector<SnapshotRow>> Registry::snapshots() {
  std::vector<SnapshotRow> found;
  if (!TRY(there())) return found;
  const pg::Rows rows =
      TRY(TRY(session())->query(std::string(snapshots_sql) + "order by id collate \"C\"", keyed()));
  for (int row = 0; row < rows.size(); ++row) found.push_back(row_from(rows, row, place_));
  return found;
}

Result<std::optional<SnapshotRow>> Registry::snapshot(const std::string& id) {
  if (!TRY(there())) return std::optional<SnapshotRow>();
  const pg::Rows rows = TRY(TRY(session())->query(std::string(snapshots_sql) + "and id = $3", keyed({id})));
  if (rows.empty()) return std::optional<SnapshotRow>();
  return std::optional<SnapshotRow>(row_from(rows, 0, place_));
}

Done Registry::put(const SnapshotRow& row) {
  TRY(TRY(session())->query(
      "insert into slipway.snapshot (mode, name, id, oid, buried, manifest) values ($1, $2, $3, $4, $5, $6) "
      "on conflict (mode, name, id) do update set oid = excluded.oid, buried = excluded.buried, "
      "manifest = excluded.manifest",
      keyed({row.manifest.id, std::to_string(row.oid), row.buried ? "true" : "false",
             manifest_text(row.manifest)})));
  return {};
}

Done Registry::forget(const std::string& id) {
  TRY(TRY(session())->query("delete from slipway.snapshot where mode = $1 and name = $2 and id = $3",
                            keyed({id})));
  return {};
}

Result<std::string> Registry::kept(const std::string& id) {
  if (!TRY(there())) return std::string();
  const pg::Rows rows = TRY(TRY(session())->query(
      "select coalesce(kept, '') from slipway.snapshot where mode = $1 and name = $2 and id = $3",
      keyed({id})));
  return rows.empty() ? std::string() : rows.string(0, 0);
}

Done Registry::keep(const std::string& id, const std::string& text) {
  TRY(TRY(session())->query("update slipway.snapshot set kept = $4 where mode = $1 and name = $2 and id = $3",
                            keyed({id, text})));
  return {};
}

Result<std::optional<LockSession>> Registry::try_build_lock(const std::string& id) {
  return LockSession::try_take(seams_, place_,
                               lock_key("build " + mode_word(place_.mode) + " " + place_.name + " " + id),
                               "slipway: builds " + place_.name + " " + id);
}

}  // namespace slipway::swap
