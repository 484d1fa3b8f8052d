// An engine whose snapshots lie on one server and are known to a registry there, by OID: what the database
// and the schema engine share. What a snapshot is made of they say themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "swap/engine.hpp"
#include "swap/registry/registry.hpp"

namespace slipway::swap {

// A database or a schema, as the server's catalog has it.
struct Made {
  unsigned oid = 0;
  std::string name;
};

class Registered : public Engine {
 public:
  Result<std::string> live() override;
  Result<std::vector<Manifest>> manifests() override;
  Result<Manifest> manifest(const std::string& id) override;
  Result<std::optional<Kept>> kept(const std::string& id) override;
  Result<Build> create(const BuildOrder& order) override;
  Result<Build> clone(const BuildOrder& order) override;
  Done discard(Build& build, const std::string& why) override;
  Done discard_dead_builds() override;
  Done remove_buried() override;
  Result<Disk> disk() override { return Disk{}; }  // no SQL shows it
  Done serve() override { return {}; }             // the server is not ours to start

  Done hold(const std::string& actor) override;
  void release() override;
  Result<Journal> read_journal() override;
  Done write_journal(const Journal& journal) override;
  Done keep_receipt(long long epoch, const std::string& json) override;
  Result<std::vector<std::string>> receipts() override;

  // The token is the session that holds the lock.
  Result<std::string> name_token(long long epoch) override;
  Done make_token(const Attempt& attempt) override;
  Done revoke(const Attempt& attempt) override;

 protected:
  Registered(const Context& context, std::string_view what)
      : seams_(context.seams),
        home_(context.home),
        target_(context.target),
        name_(target_.database_name),
        what_(what) {}

  // --- What each engine says of its own. ---

  virtual Result<RegistryPlace> find_registry() = 0;
  // All of them on that server, whoever made them.
  virtual Result<std::vector<Made>> made() = 0;
  virtual std::string name_of(const std::string& id) const = 0;
  virtual std::optional<std::string> id_of(const std::string& name) const = 0;
  // An empty one, or one with live's data in it; its OID is in the registry as soon as it has one.
  virtual Done make(Build& build) = 0;
  virtual Done copy_live(Build& build) = 0;
  virtual Done drop(const Made& made) = 0;

  // --- What they use of it. ---

  Result<Registry*> registry();
  // For looking, and for what is not the switch's. It holds nothing.
  Result<pg::Session*> server();
  Result<SnapshotRow> row_of(const std::string& id);
  // Of a snapshot, under whatever name it has now.
  Result<Made> made_of(const std::string& id);
  Result<std::optional<Made>> find(const std::string& name);
  Result<std::optional<Made>> find(unsigned oid);
  // The next one, later than any that was given out; what is left of a registry that was lost is seen too.
  Result<std::string> reserve_id();
  // What has been said of it in the registry is the last word: it is ready, and judged by what is kept.
  Done keep_finished(Build& build, unsigned oid, const Kept& kept);
  // The session that the attempt's token names, and no other.
  Result<pg::Session*> token_session(const Attempt& attempt);
  Millis left_of(const Attempt& attempt) const { return attempt.lease.left(seams_.clock); }

  Seams seams_;
  const Home& home_;
  const config::Target& target_;
  std::string name_;       // of what is live
  std::string_view what_;  // a snapshot is: "database" or "schema"

 private:
  Result<Build> begin_build(const BuildOrder& order);
  Result<Build> filled(Build build, Done done);
  Done remove_data(SnapshotRow row);

  std::optional<Registry> registry_;
  std::optional<pg::Session> server_;
};

}  // namespace slipway::swap
