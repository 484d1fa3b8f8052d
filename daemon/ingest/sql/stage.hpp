// The tables of a build that queries fill: looked at before anything is loaded, and filled once everything
// else is.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/ingest/columns/digest.hpp"
#include "daemon/ingest/sql/relations.hpp"

namespace slipway::ingest {

// How one table is filled.
struct SqlPlan {
  const SqlTable* table = nullptr;
  CatalogTable target;
  Rendered query;
  std::vector<std::string> columns;     // that the query gives, in its order
  std::vector<std::string> parameters;  // its $1, $2, …, by name
  ParameterTypes looked_with, filled_with, scoped_with;
  std::optional<Rendered> scope;
  std::vector<std::string> scope_parameters;
  std::string id;          // of `id: stable`: the column that numbers the rows
  std::string id_default;  // what gives it its next number
  std::optional<SqlRelations::LiveIds> live_ids;
  std::string marks;  // the relation of the rows that are in the scope of what live has; empty: there is none
};

class SqlStage {
 public:
  SqlStage(const Request& request, Cancellation& cancellation, Upstreams& upstreams, Observer& observer)
      : request_(request),
        cancellation_(cancellation),
        observer_(observer),
        relations_(request, cancellation, upstreams, observer) {}

  // Kind::usage, with its place, for whatever is wrong in a query. `others` are filled before, without a
  // query.
  Done plan(Connection& connection, const std::vector<CatalogTable>& others);
  std::vector<CatalogTable> targets() const;
  // Before anything is replaced.
  Done look_at_live(Connection& connection);
  const std::vector<std::unique_ptr<SourceRelation>>& sources() const { return relations_.sources(); }
  Done load(SourceRelation& source) { return relations_.load(source); }
  // All of them, in order; afterwards the relations that only queries need are gone.
  Done fill();
  Done drop(Connection& connection) { return tables_.empty() ? Done() : relations_.drop(connection); }
  // Once more, now that everything is in place.
  Done count(Connection& connection) const;
  void report(Report& report, std::map<std::string, std::pair<Input, std::string>>& inputs,
              Digest& fingerprint) const;

 private:
  Result<SqlPlan> plan_one(Connection& connection, const SqlTable& table);
  Done check_columns(SqlPlan& plan, const Described& shape) const;
  Done check_key(Connection& connection, SqlPlan& plan) const;
  Done check_params(Connection& connection, SqlPlan& plan);
  Done check_values(Connection& connection, const SqlText& text, const Described& shape,
                    const std::vector<std::string>& parameters);
  Done check_scope(Connection& connection, SqlPlan& plan);
  Done put_in_order(Connection& connection, const std::vector<CatalogTable>& others);
  Result<std::set<std::string>> read_by(Connection& connection, const SqlPlan& plan,
                                        const std::map<std::string, std::string>& tables_by_oid);
  Done mark_scope(Connection& connection, SqlPlan& plan);
  std::vector<pg::Parameter> values(const std::vector<std::string>& parameters) const;

  const Request& request_;
  Cancellation& cancellation_;
  Observer& observer_;
  SqlRelations relations_;
  std::vector<SqlTable> tables_;
  std::vector<SqlPlan> plans_;  // in the order in which they are filled
  std::map<std::string, TableReport> reports_;
};

// The statement that puts the query's rows into a relation, up to the query.
std::string insert_into(const std::string& relation, const SqlPlan& plan);
// Fills one: what it read, loaded, rejected and kept.
Result<TableReport> fill_by_query(const Request& request, const SqlPlan& plan, const SqlRelations& relations,
                                  const std::vector<pg::Parameter>& parameters,
                                  const std::vector<pg::Parameter>& scope_parameters, Observer& observer,
                                  Cancellation& cancellation);

}  // namespace slipway::ingest
