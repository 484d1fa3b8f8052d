// The volume engine: a snapshot is a data directory with a server of its own, and live is the symlink
// `current`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "swap/engine.hpp"
#include "swap/servers/cluster.hpp"

namespace slipway::swap {

class Volume final : public Engine {
 public:
  explicit Volume(const Context& context)
      : seams_(context.seams),
        home_(context.home),
        target_(context.target),
        names_(target_names(home_.names(), target_.name)) {}

  // Snapshots: volume.cpp; build.cpp and clone.cpp for making and discarding them.
  // A link that leads nowhere or elsewhere is an error.
  Result<std::string> live() override;
  Result<std::vector<Manifest>> manifests() override;
  Result<Manifest> manifest(const std::string& id) override;
  Result<Build> create(const BuildOrder& order) override;
  Result<Build> clone(const BuildOrder& order) override;
  Done let_be_taken_over(Build& build) override;
  Result<std::optional<Build>> take_over(const BuildOrder& order) override;
  Done restart(Build& build) override;
  Done finish(Build& build) override;
  Result<std::optional<Kept>> kept(const std::string& id) override;
  Done discard(Build& build, const std::string& why) override;
  Done discard_dead_builds() override;
  Done adopt(Manifest& manifest, const Path& folder) override;
  Done bury(const std::string& id) override;
  Done remove_buried() override;
  Result<Disk> disk() override;
  Result<Place> place(const std::string& id) override;
  Result<bool> thaw(const std::string& id) override;

  // What lies with the target: beside.cpp.
  Done hold(const std::string& actor) override;
  void release() override { lock_.reset(); }
  Result<Journal> read_journal() override;
  Done write_journal(const Journal& journal) override;
  Done keep_receipt(long long epoch, const std::string& json) override;
  Result<std::vector<std::string>> receipts() override;

  // A promotion: promotion.cpp.
  Result<std::string> name_token(long long epoch) override;
  Done make_token(const Attempt& attempt) override;
  std::vector<EngineStep> prepare(const Attempt& attempt) override;
  std::vector<EngineStep> close_live(const Attempt& attempt) override;
  Done flip(const Attempt& attempt, const Journal& switched) override;
  std::vector<EngineStep> close_previous(const Attempt& attempt) override;
  Done probe(const Identity& expected) override;
  std::vector<EngineStep> retire(const Attempt& attempt) override;
  Done revoke(const Attempt& attempt) override;
  Done reopen_live(const Attempt& attempt) override;
  Done freeze(const std::string& id) override;
  Done unlink(const Attempt& attempt) override;

  Result<FrontDoor> front_door() override;
  Done serve() override;
  // Live's server and the front door run, or there is nothing that should.
  Result<bool> serves();

  const TargetNames& names() const { return names_; }
  Cluster cluster(const std::string& id) const;
  ClusterSettings production(Door door) const;

 private:
  Result<std::string> reserve_id();
  Result<Build> begin_build(const BuildOrder& order);
  Done prepare_database(Build& build);
  Done copy_live(const std::string& from, Build& build);
  enum class Dead { all, nobody_may_take_over };
  Done discard_dead_builds_locked(Dead which);
  Result<bool> can_be_taken_over(const Manifest& manifest);
  Done raise_fence(Build& build);
  Done end_expired_holder();
  Done sweep();
  Done start_candidate(const std::string& id);
  Done close(const std::string& id);
  Done take_in(Manifest& manifest);  // adopt.cpp
  Done copy_state(const Attempt& attempt);
  // With `serve: restart`: service.cpp.
  Done tell_service(const std::vector<std::string>& words);
  Done stop_service(const std::string& id);
  Done start_service();
  std::vector<EngineStep> hand_over_to_service(const Attempt& attempt);
  Done end_if_silent(const std::string& id);

  Seams seams_;
  const Home& home_;
  const config::Target& target_;
  TargetNames names_;
  std::optional<FileLock> lock_;
};

}  // namespace slipway::swap
