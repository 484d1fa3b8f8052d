// What every way of keeping snapshots can do: volume, database and schema mode are three of them, and one
// contract suite runs on all three.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/config/target.hpp"
#include "base/pg/session.hpp"
#include "swap/home.hpp"
#include "swap/journal.hpp"
#include "swap/manifest.hpp"
#include "swap/structure/kept.hpp"

namespace slipway::swap {

struct Context {
  Seams seams;
  const Home& home;
  const config::Target& target;
};

struct Snapshot {
  Manifest manifest;
  SnapshotState state;  // with what the target knows: live, retired, bad
  bool pinned = false;
};

// Where the tables of a snapshot are, by a direct connection and never through a pooler.
struct Place {
  std::string conninfo;
  std::string schema;  // the one that is the snapshot; empty: the whole database is
};

struct BuildOrder {
  std::string pipeline;
  std::map<std::string, std::string> parameters;
  long long fence = 0;
};

// A snapshot being built.
struct Build {
  Manifest manifest;  // what it says of itself; the builder adds its inputs and rows
  Place place;
  std::string owner;           // the role that shall own its tables
  std::string reader;          // the role that shall read them; empty: there is none
  Path rejects;                // the folder of its reject files
  std::shared_ptr<void> held;  // while this lives its builder does; when the process dies, others see it
};

// What an engine does at one moment of a promotion, under a name that the plan and the journal show.
struct EngineStep {
  std::string name;
  std::function<Done()> act;
};

struct Identity {
  std::string id;
  std::string build_uuid;
  bool operator==(const Identity&) const = default;
};

// Where clients connect, as verification does.
struct FrontDoor {
  std::string conninfo;
  std::string schema;  // as in Place
  std::string what;    // for receipts: "the front door", or what stands in for it
};

struct Disk {
  std::uint64_t total_bytes = 0;  // 0: not to be seen from here
  std::uint64_t free_bytes = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  // --- Snapshots. What is live is read from the thing itself. ---

  // Empty: nothing is live. Something that we did not make, or that leads nowhere, is an error.
  virtual Result<std::string> live() = 0;
  // Of ours, oldest first, those being built and those that failed among them.
  virtual Result<std::vector<Manifest>> manifests() = 0;
  virtual Result<Manifest> manifest(const std::string& id) = 0;
  // An empty one, ready for its schema.
  virtual Result<Build> create(const BuildOrder& order) = 0;
  // One that begins as a copy of what is live, under an identity of its own.
  virtual Result<Build> clone(const BuildOrder& order) = 0;
  // From here on a dead builder's work is not thrown away at once: whoever orders the same may take it over.
  virtual Done let_be_taken_over(Build& build);
  // A build of the same order whose builder is dead, now ours: the fence is raised, and what still wrote
  // behind the old one has ended. Nothing where there is none that can be trusted.
  virtual Result<std::optional<Build>> take_over(const BuildOrder& order);
  // Its server has died under the build: it is there again. An error where it is none of ours.
  virtual Done restart(Build& build);
  // Frozen, on disk and ready.
  virtual Done finish(Build& build) = 0;
  // What finish() kept of it for the guardrails; nothing where it kept nothing.
  virtual Result<std::optional<Kept>> kept(const std::string& id);
  // Its data gone; its manifest stays and says why.
  virtual Done discard(Build& build, const std::string& why) = 0;
  // Builds whose builder is dead are discarded.
  virtual Done discard_dead_builds() = 0;
  // What production is without us becomes live under that manifest's id, which is set here with its rows and
  // bytes. `folder` is where it lies in volume mode; in the others it stands under the name already.
  virtual Done adopt(Manifest& manifest, const Path& folder);
  // Two steps, so that a removal can be interrupted anywhere: out of sight (under the target's lock), then
  // gone (without it).
  virtual Done bury(const std::string& id) = 0;
  virtual Done remove_buried() = 0;
  virtual Result<Disk> disk() = 0;
  // Of the snapshot as it stands now; a volume's server must be running, as live's is and a thawed
  // candidate's.
  virtual Result<Place> place(const std::string& id) = 0;

  // For reading, under hold(): true where it was frozen, and freeze() is to follow.
  virtual Result<bool> thaw(const std::string& id);

  // --- What lies with the target. ---

  // Until release() or the end of this object. Kind::busy, naming the holder, while somebody within their
  // lease has it; one that sits on an expired lease is ended.
  virtual Done hold(const std::string& actor) = 0;
  virtual void release() = 0;
  virtual Result<Journal> read_journal() = 0;
  virtual Done write_journal(const Journal& journal) = 0;
  virtual Done keep_receipt(long long epoch, const std::string& json) = 0;
  virtual Result<std::vector<std::string>> receipts() = 0;  // newest first

  // --- A promotion, in the order of its calls. Each may be called again by a recovery. ---

  // What revoke() will need to know; it is in the journal before make_token().
  virtual Result<std::string> name_token(long long epoch) = 0;
  virtual Done make_token(const Attempt& attempt) = 0;
  // The candidate takes sessions and has the state that must move along; nobody is held yet.
  virtual std::vector<EngineStep> prepare(const Attempt& attempt) = 0;
  // While clients are held, before the switch: live is closed where the mode wants it.
  virtual std::vector<EngineStep> close_live(const Attempt& attempt) = 0;
  // Consumes the token. `switched` is the journal as it shall stand with the switch, in one with it where the
  // journal lies in a database.
  virtual Done flip(const Attempt& attempt, const Journal& switched) = 0;
  // While clients are held, after the switch: what was live takes no more sessions.
  virtual std::vector<EngineStep> close_previous(const Attempt& attempt) = 0;
  // While clients are held: what they will reach is the snapshot that was promoted.
  virtual Done probe(const Identity& expected) = 0;
  // After verification: what was live lies as a retired snapshot does.
  virtual std::vector<EngineStep> retire(const Attempt& attempt) = 0;

  // When this returns nobody can flip in the name of that attempt any more.
  virtual Done revoke(const Attempt& attempt) = 0;
  // Takes back close_live(); what was not done needs no undoing.
  virtual Done reopen_live(const Attempt& attempt) = 0;
  // As a ready or a retired snapshot lies.
  virtual Done freeze(const std::string& id) = 0;
  // Nothing is live again, after the first promotion failed.
  virtual Done unlink(const Attempt& attempt) = 0;

  // --- Serving. ---

  virtual Result<FrontDoor> front_door() = 0;
  // Starts what should serve and does not. Takes the home's lock itself.
  virtual Done serve() = 0;
};

std::unique_ptr<Engine> engine_of(const Context& context);

// What a snapshot says of itself when its building begins.
Manifest first_manifest(const BuildOrder& order, const std::string& id, WallTime now);
// ready or not, with what the journal and the engine's live() say.
SnapshotState state_of(const Manifest& manifest, const Journal& journal, const std::string& live);
Result<std::vector<Snapshot>> snapshots_of(Engine& engine, const Journal& journal, const std::string& live);

// A session in that place, with its schema in front where there is one.
Result<pg::Session> enter(const Seams& seams, const Place& place, const pg::Options& options = {});

}  // namespace slipway::swap
