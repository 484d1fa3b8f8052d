#include "daemon/ingest/sql/stage.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/pg/identifier.hpp"
#include "daemon/ingest/sql/order.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

// What the parser opened is locked until the transaction ends: exactly the tables that the query reads,
// behind views too.
constexpr std::string_view locked_sql =
    "SELECT relation FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation' "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

constexpr std::string_view primary_key_sql =
    "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY "
    "(i.indkey) "
    "WHERE i.indrelid = $1::oid AND i.indisprimary";

Position place(const config::Table& table, const std::string& key) {
  const auto found = table.keys_at.find(key);
  return found == table.keys_at.end() ? table.at : found->second;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + pg::quoted(name);
  return out;
}

// Of the parameter that is the how-manieth in it.
Position place_of_parameter(const SqlText& text, std::size_t which) {
  for (const SqlReference& one : text.references)
    if (one.kind == SqlReference::Kind::parameter && which-- == 0) return text.position(one.offset);
  return text.position(text.begin);
}

// A query alone, where one that writes has no place.
constexpr std::string_view looking = "SELECT * FROM (\n";

}  // namespace

std::string insert_into(const std::string& relation, const SqlPlan& plan) {
  return fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE\n", relation, quoted_list(plan.columns));
}

std::vector<pg::Parameter> SqlStage::values(const std::vector<std::string>& parameters) const {
  std::vector<pg::Parameter> found;
  for (const std::string& name : parameters)
    found.push_back(value_of(request_.pipeline, request_.params, name));
  return found;
}

Done SqlStage::plan(Connection& connection, const std::vector<CatalogTable>& others) {
  tables_ = TRY(read_sql_tables(request_.config, request_.pipeline, request_.only));
  if (tables_.empty()) return {};
  const auto as_owner = [&]() -> Done {
    for (const SqlTable& table : tables_) plans_.push_back(TRY(plan_one(connection, table)));
    return put_in_order(connection, others);
  };
  TRY(relations_.make(connection, tables_));
  TRY(connection.become_owner(request_));
  Done planned = as_owner();
  TRY(connection.session().script("RESET ROLE"));
  return planned;
}

Result<SqlPlan> SqlStage::plan_one(Connection& connection, const SqlTable& table) {
  SqlPlan plan;
  plan.table = &table;
  std::optional<CatalogTable> target =
      TRY(find_table(connection.session(), request_.schema, table.config->name));
  if (!target) return fail("table {} is gone", table.config->name).at(table.config->at);
  plan.target = std::move(*target);
  plan.query = relations_.rendered(table.query, plan.parameters);
  const Described shape =
      TRY(describe(connection, std::string(looking) + plan.query.sql + "\n) slipway_query",
                   {&plan.query, looking.size()}));
  plan.looked_with = shape.given;
  TRY(check_columns(plan, shape));
  TRY(check_key(connection, plan));
  TRY(check_params(connection, plan));
  if (table.scope) TRY(check_scope(connection, plan));
  return plan;
}

// A column that the query gives and the table lacks is a mistake; one that it leaves out keeps its default.
Done SqlStage::check_columns(SqlPlan& plan, const Described& shape) const {
  const SqlText& text = plan.table->query;
  const auto wrong = [&](const std::string& what) {
    return error(Kind::usage, "{}", what).at(text.position(text.begin));
  };
  for (const Described::Column& one : shape.columns) {
    const CatalogColumn* column = plan.target.find(one.name);
    if (one.name == "?column?")
      return wrong(fmt::format("column {} of the query has no name", plan.columns.size() + 1))
          .next("name each as the column that it fills: … AS name");
    if (column == nullptr)
      return wrong(fmt::format("the query gives {}, and table {} has no such column", one.name,
                               plan.target.name))
          .next("its columns are: " + plan.target.column_names());
    if (column->generated)
      return wrong(
          fmt::format("column {} of table {} is generated: it cannot be filled", one.name, plan.target.name));
    if (std::find(plan.columns.begin(), plan.columns.end(), one.name) != plan.columns.end())
      return wrong(fmt::format("the query gives {} twice", one.name));
    plan.columns.push_back(one.name);
  }
  if (plan.columns.empty()) return wrong("the query gives no column");
  for (const CatalogColumn& column : plan.target.columns) {
    const bool given = std::find(plan.columns.begin(), plan.columns.end(), column.name) != plan.columns.end();
    if (!given && column.not_null && !column.generated && column.default_expression.empty())
      return wrong(
          fmt::format("column {} of table {} is NOT NULL and has no default, and the query does not give it",
                      column.name, plan.target.name));
  }
  return {};
}

Done SqlStage::check_key(Connection& connection, SqlPlan& plan) const {
  const config::Table& config = *plan.table->config;
  for (const std::string& column : config.key)
    if (std::find(plan.columns.begin(), plan.columns.end(), column) == plan.columns.end())
      return error(Kind::usage, "the key of table {} has {}, which the query does not give", config.name,
                   column)
          .at(place(config, "key"))
          .next("the query gives: " + joined(plan.columns));
  if (!config.stable_id) return {};
  const pg::Rows found = TRY(connection.session().query(primary_key_sql, {plan.target.oid}));
  if (found.size() != 1)
    return error(Kind::usage, "`id: stable` needs a primary key of one column, and table {} has none",
                 config.name)
        .at(place(config, "id"));
  plan.id = found.string(0, 0);
  plan.id_default = plan.target.find(plan.id)->default_expression;
  if (std::find(plan.columns.begin(), plan.columns.end(), plan.id) != plan.columns.end())
    return error(Kind::usage, "the query gives {} itself, which `id: stable` is to give", plan.id)
        .at(place(config, "id"));
  if (plan.id_default.empty())
    return error(Kind::usage, "column {} of table {} has no default, so a new row gets no id", plan.id,
                 config.name)
        .at(place(config, "id"))
        .next("declare it as: generated by default as identity");
  return {};
}

// By the types that the server finds for them; the same statement will be run.
Done SqlStage::check_params(Connection& connection, SqlPlan& plan) {
  const std::string insert = insert_into(plan.target.quoted(), plan);
  const Described shape = TRY(describe(connection, insert + plan.query.sql, {&plan.query, insert.size()}));
  plan.filled_with = shape.given;
  return check_values(connection, plan.table->query, shape, plan.parameters);
}

Done SqlStage::check_values(Connection& connection, const SqlText& text, const Described& shape,
                            const std::vector<std::string>& parameters) {
  const std::vector<pg::Parameter> given = values(parameters);
  for (std::size_t i = 0; i < shape.parameters.size() && i < given.size(); ++i) {
    const Result<pg::Rows> cast =
        connection.session().query("SELECT $1::text::" + shape.parameters[i], {given[i]});
    if (!cast)
      return error(Kind::usage, "parameter {} is not of type {}, as its place wants: {}", parameters[i],
                   shape.parameters[i], server_words(connection.session()))
          .at(place_of_parameter(text, i));
  }
  return {};
}

// Both as the scope of what live has, and as that of what the query gives.
Done SqlStage::check_scope(Connection& connection, SqlPlan& plan) {
  plan.scope = relations_.rendered(*plan.table->scope, plan.scope_parameters);
  const std::string alias = pg::quoted(plan.target.name);
  const std::string head = fmt::format("SELECT FROM (SELECT {} FROM {}) AS {} WHERE (\n",
                                       quoted_list(plan.columns), plan.target.quoted(), alias);
  const Described shape =
      TRY(describe(connection, head + plan.scope->sql + "\n)", {&*plan.scope, head.size()}));
  plan.scoped_with = shape.given;
  return check_values(connection, *plan.table->scope, shape, plan.scope_parameters);
}

Result<std::set<std::string>> SqlStage::read_by(Connection& connection, const SqlPlan& plan,
                                                const std::map<std::string, std::string>& tables_by_oid) {
  std::set<std::string> found;
  const auto look = [&](const std::string& sql, const Quoting& quoting, const ParameterTypes& given,
                        bool itself) -> Done {
    const pg::Transaction transaction = TRY(pg::Transaction::begin(connection.session()));
    (void)TRY(describe(connection, sql, quoting, given));
    const pg::Rows locked = TRY(connection.session().query(locked_sql));
    for (int row = 0; row < locked.size(); ++row) {
      const auto table = tables_by_oid.find(locked.string(row, 0));
      if (table != tables_by_oid.end() && (itself || table->second != plan.target.name))
        found.insert(table->second);
    }
    return {};
  };
  TRY(look(std::string(looking) + plan.query.sql + "\n) slipway_query", {&plan.query, looking.size()},
           plan.looked_with, true));
  if (!plan.scope) return found;
  const std::string head = "SELECT FROM " + plan.target.quoted() + " WHERE (\n";
  TRY(look(head + plan.scope->sql + "\n)", {&*plan.scope, head.size()}, plan.scoped_with, false));
  return found;
}

Done SqlStage::put_in_order(Connection& connection, const std::vector<CatalogTable>& others) {
  std::map<std::string, std::string> by_oid;
  std::set<std::string> filled;
  for (const CatalogTable& table : others) filled.insert(table.name);
  for (const SqlPlan& plan : plans_) filled.insert(plan.target.name);
  for (const config::Table& table : request_.pipeline.tables)
    if (const std::optional<CatalogTable> found =
            TRY(find_table(connection.session(), request_.schema, table.name)))
      by_oid[found->oid] = table.name;
  std::vector<std::string> names;
  std::map<std::string, std::set<std::string>> reads;
  for (const SqlPlan& plan : plans_) {
    names.push_back(plan.target.name);
    for (const std::string& other : TRY(read_by(connection, plan, by_oid))) {
      if (!filled.count(other) && request_.copy_of.empty())
        return error(Kind::usage, "table {} reads table {}, which this build leaves empty", plan.target.name,
                     other)
            .at(plan.table->query.position(plan.table->query.begin))
            .next("name both in --only, or begin with `start: live`");
      const bool by_query = std::any_of(plans_.begin(), plans_.end(),
                                        [&](const SqlPlan& one) { return one.target.name == other; });
      if (by_query) reads[plan.target.name].insert(other);
    }
  }
  Result<std::vector<std::string>> order = order_of(names, reads);
  if (!order) return std::move(order).error().at(request_.pipeline.at);
  std::vector<SqlPlan> sorted;
  for (const std::string& name : *order)
    for (SqlPlan& plan : plans_)
      if (plan.target.name == name) sorted.push_back(std::move(plan));
  plans_ = std::move(sorted);
  return {};
}

std::vector<CatalogTable> SqlStage::targets() const {
  std::vector<CatalogTable> found;
  for (const SqlPlan& plan : plans_) found.push_back(plan.target);
  return found;
}

Done SqlStage::look_at_live(Connection& connection) {
  if (plans_.empty()) return {};
  TRY(relations_.copy_live(connection));
  for (SqlPlan& plan : plans_)
    if (!plan.id.empty())
      plan.live_ids =
          TRY(relations_.copy_live_ids(connection, plan.target, plan.id, plan.table->config->key));
  relations_.close_live();
  // All scopes before the first row goes: that of a table may be told by what another has.
  for (SqlPlan& plan : plans_)
    if (plan.scope && !request_.copy_of.empty()) TRY(mark_scope(connection, plan));
  return {};
}

Done SqlStage::mark_scope(Connection& connection, SqlPlan& plan) {
  plan.marks = relations_.scratch(fmt::format("scope {}", &plan - plans_.data()));
  pg::Transaction transaction = TRY(connection.begin(request_));
  TRY(connection.session().script(fmt::format("CREATE UNLOGGED TABLE {} (part oid, at tid)", plan.marks)));
  const std::string head =
      fmt::format("INSERT INTO {} SELECT tableoid, ctid FROM {} WHERE (\n", plan.marks, plan.target.alone());
  const pg::Rows marked = TRY(ask(connection, head + plan.scope->sql + "\n)", values(plan.scope_parameters),
                                  {&*plan.scope, head.size()}, plan.scoped_with));
  TRY(connection.session().script("ANALYZE " + plan.marks));
  TRY(transaction.commit());
  return {};
}

Done SqlStage::fill() {
  if (!plans_.empty()) observer_.phase("queries");
  for (const SqlPlan& plan : plans_) {
    const std::string& name = plan.target.name;
    reports_[name] = TRY(fill_by_query(request_, plan, relations_, values(plan.parameters),
                                       values(plan.scope_parameters), observer_, cancellation_));
    observer_.progress({name, reports_[name].loaded, reports_[name].rejected, 0, 0});
  }
  return {};
}

Done SqlStage::count(Connection& connection) const {
  for (const SqlPlan& plan : plans_) {
    const TableReport& report = reports_.at(plan.target.name);
    const pg::Rows rows = TRY(connection.session().query("SELECT count(*) FROM " + plan.target.alone()));
    if (rows.number(0, 0) != report.loaded + report.kept)
      return fail("table {}: {} rows were loaded and {} kept, and it holds {}", plan.target.name,
                  report.loaded, report.kept, rows.number(0, 0));
  }
  return {};
}

void SqlStage::report(Report& report, std::map<std::string, std::pair<Input, std::string>>& inputs,
                      Digest& fingerprint) const {
  for (const auto& [table, one] : reports_) report.tables[table] = one;
  for (const SqlPlan& plan : plans_)
    fingerprint.add(fmt::format("{}\n{}\n", plan.table->query.file, sha256_hex(plan.table->query.text)));
  for (const auto& [name, value] : request_.params) fingerprint.add(fmt::format("{}={}\n", name, value));
  for (const auto& source : relations_.sources()) {
    report.read[source->shown] = source->outcome.report.read;
    report.sources[source->shown] = source->outcome.report;
    if (source->plan.upstream) {
      report.inputs.push_back(
          fmt::format("{} at {}", source->plan.upstream->shown, source->plan.upstream->moment));
      fingerprint.add(fmt::format("{}\n{}\n", source->plan.upstream->shown, source->outcome.upstream_digest));
    }
    for (std::size_t file = 0; file < source->plan.files.size(); ++file)
      inputs.insert_or_assign(source->plan.files[file].input.path.string(),
                              std::pair(source->plan.files[file].input, source->outcome.files[file].digest));
  }
}

}  // namespace slipway::ingest
