#include "daemon/ingest/load/table_loads.hpp"

#include <algorithm>

#include "daemon/ingest/load/account.hpp"
#include "daemon/ingest/load/load_changes.hpp"
#include "daemon/ingest/load/side_by_side.hpp"
#include "daemon/ingest/reuse/note.hpp"
#include "daemon/ingest/upstream/plan.hpp"

namespace slipway::ingest {

std::vector<std::size_t> largest_first(const std::vector<TablePlan>& plans) {
  std::vector<std::size_t> order;
  while (order.size() < plans.size()) order.push_back(order.size());
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plans[a].extent().bytes > plans[b].extent().bytes;
  });
  return order;
}

// All tables of an upstream whose snapshot was lost begin anew, those that were loaded already too: so they
// agree.
Done TableLoads::load(SqlStage& queries, Structure& structure) {
  outcomes_.resize(plans_.size());
  TRY(load_changed(structure));
  std::vector<std::size_t> tables = largest_first(plans_);
  std::erase_if(tables, [this](std::size_t which) { return plans_[which].reuse.has_value(); });
  TRY(load_these(tables, queries, queries.sources().size(), structure));
  for (int round = 1;; ++round) {
    tables = TRY(begin_anew(round, queries));
    if (tables.empty()) return {};
    TRY(load_these(tables, queries, 0, structure));
  }
}

// Those of which only some files are read, first: it may turn out that all have to be.
Done TableLoads::load_changed(Structure& structure) {
  std::vector<std::size_t> tables = largest_first(plans_);
  std::erase_if(tables, [this](std::size_t which) { return !plans_[which].reuse; });
  TRY(side_by_side(tables.size(), stop_, [&](std::size_t task) -> Done {
    const TablePlan& plan = plans_[tables[task]];
    LoadOutcome& outcome = outcomes_[tables[task]];
    outcome = TRY(load_changes(request_, plan, observer_, cancellation_));
    if (outcome.read_all || plan.reuse->complete()) return {};
    Connection connection = TRY(Connection::open(request_, cancellation_));
    return check_changes(connection, plan, outcome);
  }));
  for (const std::size_t which : tables) {
    const std::optional<std::string> why = outcomes_[which].read_all;
    if (!why) continue;
    TablePlan& plan = plans_[which];
    observer_.line(fmt::format("table {}: all of it is read: {}", plan.table.name, *why));
    plan.reuse.reset();
    outcomes_[which] = {};
    Connection connection = TRY(Connection::open(request_, cancellation_));
    TRY(take_indexes_off(request_, connection, plan.table, structure, observer_));
  }
  return {};
}

// And so many of the sources that queries read.
Done TableLoads::load_these(const std::vector<std::size_t>& tables, SqlStage& queries, std::size_t sources,
                            const Structure& structure) {
  if (tables.size() == 1 && plans_[tables[0]].upstream)
    plans_[tables[0]].upstream->readers = streams_at_once();
  return side_by_side(tables.size() + sources, stop_, [&](std::size_t task) -> Done {
    if (task >= tables.size()) return queries.load(*queries.sources()[task - tables.size()]);
    const std::size_t which = tables[task];
    const TablePlan& plan = plans_[which];
    outcomes_[which] =
        TRY(load_table(request_, plan, structure.indexes.at(plan.table.name), observer_, cancellation_));
    return {};
  });
}

// The tables to be loaded again, under a new snapshot each source.
Result<std::vector<std::size_t>> TableLoads::begin_anew(int round, const SqlStage& queries) {
  std::map<Upstream*, Error> lost;
  for (std::size_t i = 0; i < plans_.size(); ++i)
    if (outcomes_[i].lost) lost.emplace(plans_[i].upstream->server, *outcomes_[i].lost);
  // What queries read of it was read under the old one.
  for (const auto& source : queries.sources())
    if (source->plan.upstream && lost.count(source->plan.upstream->server)) return lost.begin()->second;
  for (auto& [upstream, error] : lost) {
    if (round == 3) return error;
    observer_.line(
        fmt::format("source {}: its snapshot is lost, so all its tables are read again under a new one: {}",
                    upstream->source().name, error.summary()));
    TRY(upstream->renew(cancellation_));
  }
  std::vector<std::size_t> again;
  for (const std::size_t which : largest_first(plans_)) {
    TablePlan& plan = plans_[which];
    if (!plan.upstream || !lost.count(plan.upstream->server)) continue;
    outcomes_[which] = {};
    TRY(plan_anew(plan));
    again.push_back(which);
  }
  return again;
}

// Between two snapshots the table may have been changed.
Done TableLoads::plan_anew(TablePlan& plan) {
  Connection connection = TRY(Connection::open(request_, cancellation_));
  Result<TablePlan> now =
      plan_upstream(plan.table, *plan.config, *plan.upstream->server, connection.session(), observer_);
  if (now && now->upstream->same_as(*plan.upstream) && now->binary == plan.binary) {
    plan = std::move(*now);
    return {};
  }
  Error changed =
      fail("table {}: {} was changed while its tables were read", plan.table.name, plan.config->from);
  if (!now) changed = std::move(changed).because(std::move(now).error());
  return std::move(changed).next("run the ingest again; nothing was promoted");
}

Done TableLoads::check(std::size_t which) {
  if (plans_[which].reuse) return {};  // seen when it was loaded
  Connection connection = TRY(Connection::open(request_, cancellation_));
  return check_contents(connection, plans_[which], outcomes_[which]);
}

Done TableLoads::note_inputs(Connection& connection) {
  if (!request_.notes_inputs || request_.trial_rows > 0) return {};
  std::vector<std::optional<KnownTable>> known(plans_.size());
  TRY(side_by_side(plans_.size(), stop_, [&](std::size_t which) -> Done {
    Connection own = TRY(Connection::open(request_, cancellation_));
    known[which] = TRY(known_of(own, plans_[which], outcomes_[which]));
    return {};
  }));
  std::map<std::string, std::optional<KnownTable>> by_table;
  for (std::size_t i = 0; i < plans_.size(); ++i) by_table[plans_[i].table.name] = std::move(known[i]);
  return ingest::note_inputs(request_, connection, by_table);
}

Done TableLoads::count(pg::Session& session) const {
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    if (plans_[i].reuse && !plans_[i].reuse->complete()) continue;  // counted when it was loaded
    const std::int64_t loaded = outcomes_[i].report.loaded;
    const pg::Rows rows = TRY(session.query("SELECT count(*) FROM " + plans_[i].table.alone()));
    if (rows.number(0, 0) != loaded)
      return fail("table {}: {} rows were loaded, and it holds {}", plans_[i].table.name, loaded,
                  rows.number(0, 0));
  }
  return {};
}

}  // namespace slipway::ingest
