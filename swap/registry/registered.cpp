#include "swap/registry/registered.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace slipway::swap {
namespace {

constexpr Millis work_limit{3'600'000};  // what is large takes its time

std::optional<Made> found_in(const std::vector<Made>& all, unsigned oid) {
  for (const Made& one : all)
    if (one.oid == oid) return one;
  return std::nullopt;
}

}  // namespace

Result<Registry*> Registered::registry() {
  if (!registry_) registry_.emplace(seams_, TRY(find_registry()));
  return &*registry_;
}

Result<pg::Session*> Registered::server() {
  if (server_ && server_->usable() && !server_->in_transaction()) return &*server_;
  const RegistryPlace& place = TRY(registry())->place();
  server_ = TRY(open_direct(seams_, place.server, place.entry, "swap: works"));
  server_->limit(work_limit);
  return &*server_;
}

Result<std::optional<Made>> Registered::find(const std::string& name) {
  for (Made& one : TRY(made()))
    if (one.name == name) return std::optional<Made>(std::move(one));
  return std::optional<Made>();
}

Result<std::optional<Made>> Registered::find(unsigned oid) {
  return found_in(TRY(made()), oid);
}

Result<std::string> Registered::live() {
  const std::optional<Made> entry = TRY(find(name_));
  if (!entry) return std::string();
  for (const SnapshotRow& row : TRY(TRY(registry())->snapshots()))
    if (row.oid == entry->oid) return row.manifest.id;
  return fail("{} {} exists, and Slipway did not make it (its OID {} is not in the registry in database {})",
              what_, name_, entry->oid, TRY(registry())->place().database)
      .next("`swap adopt` gives it an id and a manifest; or give the target another `name`.");
}

Result<SnapshotRow> Registered::row_of(const std::string& id) {
  std::optional<SnapshotRow> row = TRY(TRY(registry())->snapshot(id));
  if (!row || row->buried)
    return fail("there is no snapshot {} of target {}", id, target_.name).next("See: swap list");
  return std::move(*row);
}

Result<Made> Registered::made_of(const std::string& id) {
  const SnapshotRow row = TRY(row_of(id));
  const std::optional<Made> entry = TRY(find(row.oid));
  if (!entry || row.oid == 0)
    return fail("the {} of snapshot {} (OID {}) is gone", what_, id, row.oid).next("See: swap list");
  return *entry;
}

Result<std::vector<Manifest>> Registered::manifests() {
  const std::vector<Made> there = TRY(made());
  std::vector<Manifest> found;
  for (SnapshotRow& row : TRY(TRY(registry())->snapshots())) {
    if (row.buried) continue;
    const bool vanished = row.oid != 0 && !found_in(there, row.oid);
    if (vanished && row.manifest.state != SnapshotState::failed) {
      row.manifest.state = SnapshotState::failed;
      row.manifest.failure = fmt::format("its {} (OID {}) is gone: somebody else dropped it", what_, row.oid);
    }
    found.push_back(std::move(row.manifest));
  }
  return found;
}

Result<Manifest> Registered::manifest(const std::string& id) {
  Manifest found = TRY(row_of(id)).manifest;
  if (found.state == SnapshotState::bad) return fail("{}", found.failure);
  return found;
}

Result<std::optional<Kept>> Registered::kept(const std::string& id) {
  const std::string text = TRY(TRY(registry())->kept(id));
  if (text.empty()) return std::optional<Kept>();
  return std::optional<Kept>(TRY(kept_from_text(text)));
}

Result<std::string> Registered::reserve_id() {
  std::string newest;
  for (const Made& one : TRY(made())) newest = std::max(newest, id_of(one.name).value_or(""));
  return TRY(registry())->reserve_id(newest);
}

// The registry knows of it before it is there, so that a killed builder leaves nothing that nobody knows.
Result<Build> Registered::begin_build(const BuildOrder& order) {
  Registry& registry = *TRY(this->registry());
  TRY(registry.make());
  TRY(discard_dead_builds());
  const std::string id = TRY(reserve_id());
  std::optional<LockSession> lock = TRY(registry.try_build_lock(id));
  if (!lock) return error(Kind::busy, "somebody else builds snapshot {} of target {}", id, target_.name);
  Build build;
  build.held = std::make_shared<LockSession>(std::move(*lock));
  build.rejects = target_names(home_.names(), target_.name).snapshot(id) / "rejects";
  build.manifest = first_manifest(order, id, seams_.clock.now());
  build.manifest.postgresql_version = TRY(TRY(server())->query("show server_version")).string(0, 0);
  TRY(registry.put({build.manifest, 0, false}));
  return build;
}

Result<Build> Registered::filled(Build build, Done done) {
  if (done) return build;
  TRY(discard(build, done.error().summary()));
  return std::move(done).error();
}

Result<Build> Registered::create(const BuildOrder& order) {
  Build build = TRY(begin_build(order));
  Done done = make(build);
  return filled(std::move(build), std::move(done));
}

Result<Build> Registered::clone(const BuildOrder& order) {
  if (TRY(live()).empty())
    return error(Kind::refused, "nothing of target {} is live to begin from", target_.name)
        .next("Build the first snapshot with `start: empty`.");
  Build build = TRY(begin_build(order));
  Done done = copy_live(build);
  return filled(std::move(build), std::move(done));
}

Done Registered::keep_finished(Build& build, unsigned oid, const Kept& kept) {
  if (!std::static_pointer_cast<LockSession>(build.held)->stands())
    return fail("the session that held the build of snapshot {} was lost", build.manifest.id)
        .next("Build it again: others take it for abandoned.");
  build.manifest.finished_ms = epoch_ms(seams_.clock.now());
  build.manifest.state = SnapshotState::ready;
  Registry& registry = *TRY(this->registry());
  TRY(registry.keep(build.manifest.id, to_json(kept).dump()));
  return registry.put({build.manifest, oid, false});
}

Done Registered::discard(Build& build, const std::string& why) {
  SnapshotRow row = TRY(row_of(build.manifest.id));
  build.manifest.state = SnapshotState::failed;
  build.manifest.failure = why;
  build.manifest.finished_ms = epoch_ms(seams_.clock.now());
  row.manifest = build.manifest;
  TRY(TRY(registry())->put(row));
  return remove_data(row);
}

// A builder that is gone holds no lock any more. Killed between the first word and the OID, it left one under
// the name that only it could have given.
Done Registered::discard_dead_builds() {
  for (SnapshotRow row : TRY(TRY(registry())->snapshots())) {
    const bool building = row.manifest.state == SnapshotState::building;
    const bool half_removed = row.manifest.state == SnapshotState::failed && row.oid != 0;
    if (row.buried || (!building && !half_removed)) continue;
    const std::optional<LockSession> lock = TRY(TRY(registry())->try_build_lock(row.manifest.id));
    if (!lock) continue;
    if (row.oid == 0)
      if (const std::optional<Made> left = TRY(find(name_of(row.manifest.id)))) row.oid = left->oid;
    if (row.manifest.failure.empty()) row.manifest.failure = "its builder died";
    row.manifest.state = SnapshotState::failed;
    TRY(TRY(registry())->put(row));
    TRY(remove_data(row));
  }
  return {};
}

Done Registered::remove_buried() {
  for (const SnapshotRow& row : TRY(TRY(registry())->snapshots())) {
    if (!row.buried) continue;
    TRY(remove_data(row));
    TRY(seams_.files.remove_tree(target_names(home_.names(), target_.name).snapshot(row.manifest.id)));
    TRY(TRY(registry())->forget(row.manifest.id));
  }
  return {};
}

// By its OID: whatever else has the name is not ours.
Done Registered::remove_data(SnapshotRow row) {
  const std::optional<Made> entry = TRY(find(row.oid));
  if (entry && entry->name == name_) return error(Kind::refused, "snapshot {} is live", row.manifest.id);
  if (entry) TRY(drop(*entry));
  row.oid = 0;
  return TRY(registry())->put(row);
}

Done Registered::hold(const std::string& actor) {
  return TRY(registry())->hold(actor);
}

void Registered::release() {
  if (registry_) registry_->release();
}

Result<Journal> Registered::read_journal() {
  return TRY(registry())->read_journal();
}

Done Registered::write_journal(const Journal& journal) {
  return TRY(registry())->write_journal(journal);
}

Done Registered::keep_receipt(long long epoch, const std::string& json) {
  return TRY(registry())->keep_receipt(epoch, json);
}

Result<std::vector<std::string>> Registered::receipts() {
  return TRY(registry())->receipts();
}

Result<std::string> Registered::name_token(long long) {
  return TRY(registry())->token();
}

Done Registered::make_token(const Attempt& attempt) {
  TRY(token_session(attempt));
  return {};
}

Result<pg::Session*> Registered::token_session(const Attempt& attempt) {
  Registry& registry = *TRY(this->registry());
  pg::Session* session = TRY(registry.session());
  if (TRY(registry.token()) == attempt.token) return session;
  return fail("the session that this promotion of target {} began with was lost", target_.name);
}

Done Registered::revoke(const Attempt& attempt) {
  return TRY(registry())->revoke(attempt.token);
}

}  // namespace slipway::swap
