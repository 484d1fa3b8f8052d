// What lies with a database or schema target: its lock, its journal, what its snapshots say of themselves,
// and receipts; in tables of Slipway's own on the target's server.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "swap/journal.hpp"
#include "swap/manifest.hpp"
#include "swap/registry/lock.hpp"

namespace slipway::swap {

struct SnapshotRow {
  Manifest manifest;
  unsigned oid = 0;     // of its database or schema; 0: it was not made yet, or is gone
  bool buried = false;  // out of sight, and about to go
};

class Registry {
 public:
  Registry(const Seams& seams, RegistryPlace place);

  const RegistryPlace& place() const { return place_; }
  // Makes the tables where they are missing; whoever only looks finds nothing there instead.
  Done make();

  // --- The lock of the target. ---

  Done hold(const std::string& actor);
  void release();
  // Of the session that holds it, which is what a switch consumes.
  Result<std::string> token();
  // When this returns, no session of that token is left but the one that holds the lock here and now.
  Done revoke(const std::string& token);

  // --- The journal. ---

  Result<Journal> read_journal();
  Done write_journal(const Journal& journal);
  // What `act` does and the journal as it stands with it, in one transaction of the session that the token
  // names, each statement within the limit. Where the connection is lost meanwhile, what came of it is read
  // again before this returns.
  Done switch_with(const std::string& token, const Journal& switched, Millis statement_limit,
                   const std::function<Done(pg::Session&)>& act);
  Done keep_receipt(long long epoch, const std::string& json);
  Result<std::vector<std::string>> receipts();  // newest first

  // --- Snapshots. ---

  // Later than any that was given out, and than `seen`, which may be empty.
  Result<std::string> reserve_id(const std::string& seen);
  Result<std::vector<SnapshotRow>> snapshots();  // oldest first, buried ones too
  Result<std::optional<SnapshotRow>> snapshot(const std::string& id);
  Done put(const SnapshotRow& row);
  Done forget(const std::string& id);
  // What is kept of it beside its manifest; empty: nothing.
  Result<std::string> kept(const std::string& id);
  Done keep(const std::string& id, const std::string& text);
  // Held by a builder as long as it lives; nothing if another one holds it.
  Result<std::optional<LockSession>> try_build_lock(const std::string& id);

  // The one that holds the lock, or else one for looking. It is in the registry's database.
  Result<pg::Session*> session();

 private:
  struct Known {
    std::string journal;  // as it was read or written last
    std::string sent;     // what was written and never confirmed
  };

  Result<bool> there();
  Result<pg::Session*> reader();
  Result<std::string> journal_text_in(pg::Session& session);
  Result<Journal> parsed(const std::string& text) const;
  Result<bool> try_lock();
  Done take_lock();
  Done regain();
  Result<bool> end_expired_holder(const Holder& holder);
  Error busy(const std::optional<Holder>& holder) const;
  std::vector<pg::Parameter> keyed(std::vector<pg::Parameter> more = {}) const;

  Seams seams_;
  RegistryPlace place_;
  long long key_;
  bool there_ = false;
  bool holding_ = false;             // from hold() to release()
  std::optional<LockSession> lock_;  // empty while it holds: the session was lost
  std::string token_;                // of the last such session
  std::string signature_;            // what others are told of who holds
  std::optional<pg::Session> reader_;
  Known known_;
};

}  // namespace slipway::swap
