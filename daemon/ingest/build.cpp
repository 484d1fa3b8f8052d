// The way of a build, from the schema to the last grant.
#include "daemon/ingest/build.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "base/config/config.hpp"
#include "base/config/from.hpp"
#include "daemon/ingest/advice.hpp"
#include "daemon/ingest/beginning.hpp"
#include "daemon/ingest/checks/checks.hpp"
#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/finish.hpp"
#include "daemon/ingest/going_on.hpp"
#include "daemon/ingest/load/ledger.hpp"
#include "daemon/ingest/load/side_by_side.hpp"
#include "daemon/ingest/load/table_loads.hpp"
#include "daemon/ingest/report.hpp"
#include "daemon/ingest/reuse/note.hpp"
#include "daemon/ingest/reuse/reuse.hpp"
#include "daemon/ingest/schema/structure.hpp"
#include "daemon/ingest/sql/stage.hpp"
#include "daemon/ingest/trial.hpp"
#include "daemon/ingest/upstream/plan.hpp"

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
        queries_(request, cancellation_, upstreams_, observer),
        tables_(request, observer, stop_, cancellation_, plans_) {}

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
      TRY(find_reusable(request_, connection.session(), plans_, observer_));
      structure = TRY(take_off_all(connection, tables));
    }
    if (request_.can_be_taken_over) TRY(request_.can_be_taken_over());
    observer_.phase("load");
    TRY(tables_.load(queries_, structure));
    upstreams_.close();
    TRY(queries_.fill());
    TRY(queries_.drop(connection));
    observer_.phase("indexes");
    TRY(restore_indexes(structure));
    if (request_.trial_rows > 0) {
      Report report = this->report();
      report.estimates = TRY(estimates_of(connection.session(), plans_, tables_.outcomes()));
      return report;
    }
    TRY(put_the_rest_on(request_, connection, structure));
    TRY(validate_foreign_keys(structure));
    TRY(set_sequences(request_, connection, tables));
    observer_.phase("analyze");
    std::erase_if(tables, [this](const CatalogTable& table) { return analyzed_.count(table.name) > 0; });
    TRY(analyze(connection, tables));
    TRY(refresh_views(request_, connection));
    observer_.phase("count");
    TRY(tables_.count(connection.session()));
    TRY(queries_.count(connection));
    TRY(tables_.note_inputs(connection));
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
      TablePlan plan = TRY(plan_table(std::move(found), table, std::move(sample.inputs), observer_));
      plan.whole = sample.whole;
      return plan;
    }
    return plan_table(std::move(found), table, std::move(inputs), observer_);
  }

  // Nothing is taken off tables that stay as they are.
  Result<Structure> take_off_all(Connection& connection, std::vector<CatalogTable> tables) {
    std::set<std::string> stay, keep_indexes;
    for (const TablePlan& plan : plans_)
      if (plan.reuse) (plan.reuse->complete() ? stay : keep_indexes).insert(plan.table.name);
    std::erase_if(tables, [&](const CatalogTable& table) { return stay.count(table.name) > 0; });
    Structure structure = TRY(take_off(request_, connection, tables, keep_indexes, observer_));
    for (const std::string& name : stay) structure.indexes[name];
    return structure;
  }

  // What the tables hold is compared beside that, and each is analyzed as soon as its own indexes are on. Of
  // partitioned ones all that comes later, as one would wait for the other's locks.
  Done restore_indexes(const Structure& structure) {
    std::vector<std::function<Done()>> tasks;
    for (const auto& [table, parts] : structure.indexes)
      if (!parts.empty() || early(table))
        tasks.push_back([this, &parts = parts, plan = early(table)] { return put_indexes_on(parts, plan); });
    for (std::size_t i = 0; i < plans_.size(); ++i)
      if (!plans_[i].table.partitioned) tasks.push_back([this, i] { return tables_.check(i); });
    TRY(side_by_side(tasks.size(), stop_, [&](std::size_t task) { return tasks[task](); }));
    std::vector<std::size_t> later;
    for (std::size_t i = 0; i < plans_.size(); ++i)
      if (plans_[i].table.partitioned) later.push_back(i);
    TRY(side_by_side(later.size(), stop_, [&](std::size_t task) { return tables_.check(later[task]); }));
    for (std::size_t i = 0; i < plans_.size(); ++i)
      if (early(plans_[i].table.name) || statistics_stay(plans_[i], tables_.outcomes()[i]))
        analyzed_.insert(plans_[i].table.name);
    return {};
  }

  // The plan of a table that is analyzed right behind its indexes.
  const TablePlan* early(const std::string& table) const {
    for (std::size_t i = 0; i < plans_.size(); ++i)
      if (plans_[i].table.name == table && !plans_[i].table.partitioned && request_.trial_rows == 0 &&
          !statistics_stay(plans_[i], tables_.outcomes()[i]))
        return &plans_[i];
    return nullptr;
  }

  Done put_indexes_on(const std::vector<Part>& parts, const TablePlan* analyzed) {
    Connection connection = TRY(Connection::open(request_, cancellation_));
    if (!parts.empty()) TRY(ingest::put_indexes_on(request_, connection, parts));
    if (analyzed != nullptr) TRY(connection.session().script("ANALYZE " + analyzed->table.quoted()));
    return {};
  }

  Done validate_foreign_keys(const Structure& structure) {
    return side_by_side(structure.validations.size(), stop_, [&](std::size_t task) -> Done {
      Connection connection = TRY(Connection::open(request_, cancellation_));
      return validate(request_, connection, structure.validations[task]);
    });
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

  Report report() const {
    Report report = report_of(plans_, tables_.outcomes(), queries_);
    report.checks = checks_;
    return report;
  }

  const Request& request_;
  Observer& observer_;
  std::stop_token asked_;
  std::stop_source stop_;  // asked for, or the first failure of several tasks
  std::stop_callback<std::function<void()>> pass_on_;
  Cancellation cancellation_;
  Upstreams upstreams_;
  SqlStage queries_;
  std::vector<TablePlan> plans_;
  TableLoads tables_;
  std::set<std::string> analyzed_;  // tables that are, or whose statistics stay as they are
  std::vector<CheckReport> checks_;
};
}  // namespace

Result<Report> build(const Request& request, Observer& observer, std::stop_token stop) {
  Result<Report> report = Build(request, observer, std::move(stop)).run();
  if (!report) return with_advice(std::move(report).error(), request.pipeline.name);
  return report;
}

}  // namespace slipway::ingest
