// The way of a build, from the schema to the last grant.
#include "daemon/ingest/build.hpp"

#include <algorithm>
#include <functional>
#include <optional>

#include "base/config/from.hpp"
#include "daemon/ingest/account.hpp"
#include "daemon/ingest/advice.hpp"
#include "daemon/ingest/beginning.hpp"
#include "daemon/ingest/checks.hpp"
#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/digest.hpp"
#include "daemon/ingest/finish.hpp"
#include "daemon/ingest/going_on.hpp"
#include "daemon/ingest/ledger.hpp"
#include "daemon/ingest/load.hpp"
#include "daemon/ingest/plan_upstream.hpp"
#include "daemon/ingest/side_by_side.hpp"
#include "daemon/ingest/sql_stage.hpp"
#include "daemon/ingest/structure.hpp"
#include "daemon/ingest/trial.hpp"

namespace slipway::ingest {
namespace {

bool wanted(const Request& request, const std::string& table) {
  return request.only.empty() ||
         std::find(request.only.begin(), request.only.end(), table) != request.only.end();
}

Result<CatalogTable> table_of(const Request& request, Connection& connection, const config::Table& table) {
  if (table.name == "slipway_manifest" || table.name == ledger_table)
    return error(Kind::usage, "{} is Slipway's own table: a pipeline cannot fill it", table.name)
        .at(table.at);
  std::optional<CatalogTable> found = TRY(find_table(connection.session(), request.schema, table.name));
  if (!found) {
    std::string names;
    for (const std::string& name : TRY(table_names(connection.session(), request.schema)))
      names += (names.empty() ? "" : ", ") + name;
    if (!request.copy_of.empty())
      return error(Kind::usage, "live ({}), which this build begins with, has no table {}", request.copy_of,
                   table.name)
          .at(table.at)
          .next("where the schema files have changed, build once with `start: empty`; live has: " + names);
    return error(Kind::usage, "the schema files make no table {}", table.name)
        .at(table.at)
        .next(names.empty() ? "they make no table at all" : "they make: " + names);
  }
  return std::move(*found);
}

// The upstream that a table is read from; none where it is read from files.
const config::PostgresSource* upstream_of(const config::Pipeline& pipeline, const config::Table& table) {
  if (pipeline.sources.count(table.from)) return nullptr;
  const std::optional<config::From> from = config::split_from(table.from);
  const auto found = from ? pipeline.upstreams.find(from->source) : pipeline.upstreams.end();
  return found == pipeline.upstreams.end() ? nullptr : &found->second;
}

class Build {
 public:
  Build(const Request& request, Observer& observer, std::stop_token stop)
      : request_(request),
        observer_(observer),
        asked_(stop),
        pass_on_(std::move(stop), [this] { stop_.request_stop(); }),
        cancellation_(stop_.get_token()),
        queries_(request, cancellation_, upstreams_, observer) {}

  Result<Report> run() {
    observer_.phase("schema");
    Connection connection = TRY(Connection::open(request_, cancellation_));
    Result<Report> report = run_on(connection);
    // What a stop request interrupted may have failed in any way.
    if (!report && report.error().kind() == Kind::failed && asked_.stop_requested())
      return Error(Kind::cancelled, "the build was cancelled");
    return report;
  }

 private:
  Result<Report> run_on(Connection& connection) {
    std::optional<Ledger> before;
    if (request_.go_on) before = TRY(read_ledger(request_, connection.session()));
    if (!before) TRY(begin_tables(request_, cancellation_, observer_));
    TRY(plan_all(connection));
    std::vector<CatalogTable> tables;
    for (const TablePlan& plan : plans_) tables.push_back(plan.table);
    TRY(queries_.plan(connection, tables));
    for (CatalogTable& table : queries_.targets()) tables.push_back(std::move(table));
    const std::vector<PlannedCheck> checks = TRY(plan_checks(request_, connection.session()));
    TRY(queries_.look_at_live(connection));
    Structure structure;
    if (before) {
      take_up(*before, plans_, observer_);
      structure = before->structure;
      // A killed server may have taken some back, and defaults are asked of them.
      TRY(set_sequences(request_, connection, tables));
    } else {
      structure = TRY(take_off(request_, connection, tables, observer_));
    }
    if (request_.can_be_taken_over) TRY(request_.can_be_taken_over());
    TRY(load(structure));
    upstreams_.close();
    TRY(queries_.fill());
    TRY(queries_.drop(connection));
    observer_.phase("indexes");
    TRY(restore_indexes(structure));
    if (request_.trial_rows > 0) return tried(connection);
    TRY(put_the_rest_on(request_, connection, structure));
    TRY(validate_foreign_keys(structure));
    TRY(set_sequences(request_, connection, tables));
    observer_.phase("analyze");
    TRY(analyze(connection, tables));
    TRY(refresh_views(request_, connection));
    observer_.phase("count");
    TRY(count(connection));
    TRY(run_checks(checks));
    TRY(grant_reading(request_, connection));
    TRY(drop_ledger(request_, connection));
    return report();
  }

  Done plan_all(Connection& connection) {
    for (const config::Table& table : request_.pipeline.tables)
      if (wanted(request_, table.name)) TRY(plan_table_of(connection, table));
    return {};
  }

  Done plan_table_of(Connection& connection, const config::Table& table) {
    CatalogTable found = TRY(table_of(request_, connection, table));
    if (table.sql.empty()) plans_.push_back(TRY(plan_one(connection, table, std::move(found))));
    return {};
  }

  Result<TablePlan> plan_one(Connection& connection, const config::Table& table, CatalogTable found) {
    if (const config::PostgresSource* source = upstream_of(request_.pipeline, table)) {
      Upstream* upstream = TRY(upstreams_.get(*source, cancellation_));
      TablePlan plan =
          TRY(plan_upstream(std::move(found), table, *upstream, connection.session(), observer_));
      if (request_.trial_rows > 0) plan.upstream->only_first(request_.trial_rows);
      return plan;
    }
    std::vector<Input> inputs =
        TRY(inputs_of(request_.pipeline.sources.at(table.from), request_.config.folder));
    if (request_.trial_rows > 0) {
      Sample sample =
          TRY(sample_of(inputs, request_.reject_folder / "sample" / table.name, request_.trial_rows));
      extents_[table.name] = sample.whole;
      inputs = std::move(sample.inputs);
    }
    return plan_table(std::move(found), table, std::move(inputs), observer_);
  }

  // The report of a trial: what its rows come to on disk, and so what all of them would.
  Result<Report> tried(Connection& connection) {
    Report report = this->report();
    for (const std::size_t which : load_order()) {
      const TablePlan& plan = plans_[which];
      const Extent extent = plan.upstream ? plan.upstream->extent : extents_[plan.table.name];
      const std::int64_t read = outcomes_[which].report.read;
      const std::int64_t on_disk = TRY(size_of(connection.session(), plan.table));
      TableEstimate estimate{plan.table.name, plan.config->from, extent.rows,
                             extent.exact,    extent.bytes,      on_disk};
      if (extent.rows > read && read > 0)
        estimate.disk_bytes = static_cast<std::int64_t>(
            static_cast<double>(on_disk) / static_cast<double>(read) * static_cast<double>(extent.rows));
      report.estimates.push_back(std::move(estimate));
    }
    return report;
  }

  // The largest first, so that the two streams end together.
  std::vector<std::size_t> load_order() const {
    const auto bytes = [this](std::size_t which) {
      const TablePlan& plan = plans_[which];
      const auto extent = extents_.find(plan.table.name);
      if (extent != extents_.end()) return extent->second.bytes;
      return plan.upstream ? plan.upstream->extent.bytes : plan.bytes_total;
    };
    std::vector<std::size_t> order;
    while (order.size() < plans_.size()) order.push_back(order.size());
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return bytes(a) > bytes(b); });
    return order;
  }

  // All tables of an upstream whose snapshot was lost begin anew, those that were loaded already too: so they
  // agree.
  Done load(const Structure& structure) {
    observer_.phase("load");
    outcomes_.resize(plans_.size());
    std::vector<std::size_t> tables = load_order();
    TRY(load_these(tables, queries_.sources().size(), structure));
    for (int round = 1;; ++round) {
      tables = TRY(begin_anew(round));
      if (tables.empty()) return {};
      TRY(load_these(tables, 0, structure));
    }
  }

  // And so many of the sources that queries read.
  Done load_these(const std::vector<std::size_t>& tables, std::size_t sources, const Structure& structure) {
    if (tables.size() == 1 && plans_[tables[0]].upstream)
      plans_[tables[0]].upstream->readers = streams_at_once();
    return side_by_side(tables.size() + sources, stop_, [&](std::size_t task) -> Done {
      if (task >= tables.size()) return queries_.load(*queries_.sources()[task - tables.size()]);
      const std::size_t which = tables[task];
      const TablePlan& plan = plans_[which];
      outcomes_[which] =
          TRY(load_table(request_, plan, structure.indexes.at(plan.table.name), observer_, cancellation_));
      return {};
    });
  }

  // The tables to be loaded again, under a new snapshot each source.
  Result<std::vector<std::size_t>> begin_anew(int round) {
    std::map<Upstream*, Error> lost;
    for (std::size_t i = 0; i < plans_.size(); ++i)
      if (outcomes_[i].lost) lost.emplace(plans_[i].upstream->server, *outcomes_[i].lost);
    // What queries read of it was read under the old one.
    for (const auto& source : queries_.sources())
      if (source->plan.upstream && lost.count(source->plan.upstream->server)) return lost.begin()->second;
    for (auto& [upstream, error] : lost) {
      if (round == 3) return error;
      observer_.line(
          fmt::format("source {}: its snapshot is lost, so all its tables are read again under a new one: {}",
                      upstream->source().name, error.summary()));
      TRY(upstream->renew(cancellation_));
    }
    std::vector<std::size_t> again;
    for (const std::size_t which : load_order()) {
      TablePlan& plan = plans_[which];
      if (!plan.upstream || !lost.count(plan.upstream->server)) continue;
      outcomes_[which] = {};
      TRY(plan_anew(plan));
      again.push_back(which);
    }
    return again;
  }

  // Between two snapshots the table may have been changed.
  Done plan_anew(TablePlan& plan) {
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

  Done restore_indexes(const Structure& structure) {
    std::vector<const std::vector<Part>*> work;
    for (const auto& [table, parts] : structure.indexes)
      if (!parts.empty()) work.push_back(&parts);
    // What the tables hold is compared beside that; of partitioned ones later, as both would wait for the
    // other's locks.
    std::vector<std::size_t> beside, later;
    for (std::size_t i = 0; i < plans_.size(); ++i)
      (plans_[i].table.partitioned ? later : beside).push_back(i);
    TRY(side_by_side(work.size() + beside.size(), stop_, [&](std::size_t task) -> Done {
      if (task >= work.size()) return check_table(beside[task - work.size()]);
      Connection connection = TRY(Connection::open(request_, cancellation_));
      return put_indexes_on(request_, connection, *work[task]);
    }));
    return side_by_side(later.size(), stop_, [&](std::size_t task) { return check_table(later[task]); });
  }

  Done validate_foreign_keys(const Structure& structure) {
    return side_by_side(structure.validations.size(), stop_, [&](std::size_t task) -> Done {
      Connection connection = TRY(Connection::open(request_, cancellation_));
      return validate(request_, connection, structure.validations[task]);
    });
  }

  Done check_table(std::size_t which) {
    Connection connection = TRY(Connection::open(request_, cancellation_));
    return check_contents(connection, plans_[which], outcomes_[which]);
  }

  // All of them, whatever the first ones say: who mends the rows wants to know everything at once.
  Done run_checks(const std::vector<PlannedCheck>& checks) {
    if (checks.empty()) return {};
    observer_.phase("checks");
    checks_.resize(checks.size());
    TRY(side_by_side(checks.size(), stop_, [&](std::size_t task) -> Done {
      Connection connection = TRY(Connection::open(request_, cancellation_));
      TRY(connection.become_owner(request_));
      checks_[task] = TRY(run_check(request_, connection, checks[task]));
      return {};
    }));
    for (const CheckReport& check : checks_)
      if (!check.ok)
        observer_.line(fmt::format("{}: {}", check.warns ? "warning" : "check", in_words(check)));
    return verdict(checks_);
  }

  // Once more, now that everything is in place.
  Done count(Connection& connection) {
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const std::int64_t loaded = outcomes_[i].report.loaded;
      const pg::Rows rows =
          TRY(connection.session().query("SELECT count(*) FROM " + plans_[i].table.alone()));
      if (rows.number(0, 0) != loaded)
        return fail("table {}: {} rows were loaded, and it holds {}", plans_[i].table.name, loaded,
                    rows.number(0, 0));
    }
    return queries_.count(connection);
  }

  Report report() const {
    Report report;
    report.checks = checks_;
    Digest fingerprint;
    std::vector<std::string> upstream_inputs;
    std::map<std::string, std::pair<Input, std::string>>
        inputs;  // by path, so that a shared file counts once
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const TablePlan& plan = plans_[i];
      TableReport& table = report.tables[plan.table.name] = outcomes_[i].report;
      table.checksum = outcomes_[i].sum;
      table.not_compared = row_sum_of(plan).not_compared();
      if (!plan.upstream) report.read[plan.config->from] = outcomes_[i].report.read;
      if (plan.upstream) {
        report.read[plan.config->from] += outcomes_[i].report.read;
        upstream_inputs.push_back(fmt::format("{} at {}", plan.upstream->shown, plan.upstream->moment));
        fingerprint.add(fmt::format("{}\n{}\n", plan.upstream->shown, outcomes_[i].upstream_digest));
      }
      for (std::size_t file = 0; file < plan.files.size(); ++file)
        inputs.insert_or_assign(plan.files[file].input.path.string(),
                                std::pair(plan.files[file].input, outcomes_[i].files[file].digest));
    }
    queries_.report(report, inputs, fingerprint);
    for (const auto& [path, input] : inputs) {
      const auto& [file, digest] = input;
      fingerprint.add(fmt::format("{}\n{}\n{}\n", file.shown, file.bytes, digest));
      report.inputs.push_back(fmt::format("{} {} {}", file.shown, file.bytes, file.mtime_ns / 1'000'000'000));
    }
    report.inputs.insert(report.inputs.end(), upstream_inputs.begin(), upstream_inputs.end());
    report.input_fingerprint = fingerprint.hex();
    return report;
  }

  const Request& request_;
  Observer& observer_;
  std::stop_token asked_;
  std::stop_source stop_;  // asked for, or the first failure of several tasks
  std::stop_callback<std::function<void()>> pass_on_;
  Cancellation cancellation_;
  Upstreams upstreams_;
  std::map<std::string, Extent> extents_;  // of a trial: by table, of its files
  SqlStage queries_;
  std::vector<TablePlan> plans_;
  std::vector<LoadOutcome> outcomes_;
  std::vector<CheckReport> checks_;
};
}  // namespace

Result<Report> build(const Request& request, Observer& observer, std::stop_token stop) {
  Result<Report> report = Build(request, observer, std::move(stop)).run();
  if (!report) return with_advice(std::move(report).error(), request.pipeline.name);
  return report;
}

}  // namespace slipway::ingest
