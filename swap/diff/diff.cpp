#include "swap/diff/diff.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "swap/diff/compare_tables.hpp"
#include "swap/promote/plan.hpp"
#include "swap/structure/read_shape.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr Millis call_limit{300'000};

// A snapshot that can be read while this lives, and lies afterwards as it did before.
class Readable {
 public:
  static Result<Readable> open(const Context& context, Engine& engine, const std::string& id) {
    const bool thawed = TRY(engine.thaw(id));
    Readable readable(engine, thawed ? id : "");
    const Place place = TRY(engine.place(id));
    pg::Options options;
    options.call_limit = call_limit;
    readable.session_.emplace(TRY(context.seams.connections.open(place.conninfo, options)));
    readable.schema_ = place.schema;
    return readable;
  }
  Readable(Readable&& other) noexcept
      : engine_(other.engine_),
        thawed_(std::exchange(other.thawed_, "")),
        session_(std::move(other.session_)),
        schema_(std::move(other.schema_)) {}
  Readable& operator=(Readable&&) = delete;
  ~Readable() {
    session_.reset();
    if (thawed_.empty()) return;
    Done frozen = engine_.freeze(thawed_);
    if (!frozen) log::error("snapshot {} could not be frozen again: {}", thawed_, frozen.error().summary());
  }

  DiffSide side() { return {*session_, schema_}; }

 private:
  Readable(Engine& engine, std::string thawed) : engine_(engine), thawed_(std::move(thawed)) {}
  Engine& engine_;
  std::string thawed_;  // whom freeze() is owed
  std::optional<pg::Session> session_;
  std::string schema_;
};

struct Ids {
  std::string from, to;
};

Result<Ids> ids_of(Engine& engine, const DiffOrder& order) {
  const Journal journal = TRY(engine.read_journal());
  const std::string live = TRY(engine.live());
  Ids ids{order.against.empty() ? live : order.against, order.id};
  if (ids.from.empty()) return error(Kind::refused, "nothing is live to compare with").next("See: swap list");
  if (!ids.to.empty()) return ids;
  const std::vector<Snapshot> snapshots = TRY(snapshots_of(engine, journal, live));
  ids.to = TRY(choose({Direction::forward, "", {}}, snapshots, journal, live)).to;
  if (ids.to.empty()) ids.to = previous_of(journal, live);
  if (ids.to.empty())
    return error(Kind::refused, "there is no snapshot to compare live with").next("See: swap list");
  return ids;
}

Done must_be_whole(Engine& engine, const std::string& id) {
  const Manifest manifest = TRY(engine.manifest(id));
  if (manifest.state == SnapshotState::ready) return {};
  return error(Kind::refused, "snapshot {} is {}", id, name(manifest.state)).next("See: swap list");
}

Result<json> compare_sides(DiffSide live, DiffSide candidate) {
  json structure = json::array(), tables = json::array();
  const Shape of_live = TRY(read_shape(live.session, live.schema));
  const Shape of_candidate = TRY(read_shape(candidate.session, candidate.schema));
  for (const Difference& one : compare(of_live, of_candidate)) structure.push_back(to_json(one));
  for (const TableDiff& one : TRY(compare_tables(live, candidate))) tables.push_back(to_json(one));
  return json{{"tables", std::move(tables)}, {"structure", std::move(structure)}};
}

}  // namespace

Result<json> diff(const Context& context, const DiffOrder& order) {
  const std::unique_ptr<Engine> engine = engine_of(context);
  TRY(engine->hold(order.actor));
  const Ids ids = TRY(ids_of(*engine, order));
  for (const std::string& id : {ids.from, ids.to}) TRY(must_be_whole(*engine, id));
  Readable live = TRY(Readable::open(context, *engine, ids.from));
  Readable candidate = TRY(Readable::open(context, *engine, ids.to));
  json found = TRY(compare_sides(live.side(), candidate.side()));
  found["target"] = context.target.name;
  found["from"] = ids.from;
  found["to"] = ids.to;
  return found;
}

}  // namespace slipway::swap
