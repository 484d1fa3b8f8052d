// What queries read beside the snapshot's own tables: `source.<name>` and `live.<table>`, as relations in
// schemas of the build's own, which go before the snapshot is ready.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/load/load.hpp"
#include "daemon/ingest/sql/ask.hpp"
#include "daemon/ingest/sql/file.hpp"
#include "daemon/ingest/upstream/upstream.hpp"

namespace slipway::ingest {

// A source as a relation: the fields of rows as text, documents as jsonb, a listing without reading, or a
// table of an upstream.
struct SourceRelation {
  enum class Kind { rows, lines, documents, listing, upstream };
  Kind kind = Kind::rows;
  std::string shown;       // "images", "catalog.image": what reports call it
  config::Table as_table;  // what the loading of tables wants to know
  TablePlan plan;
  bool raw = false;  // documents as they are written, beside the jsonb
  LoadOutcome outcome;
};

class SqlRelations {
 public:
  SqlRelations(const Request& request, Cancellation& cancellation, Upstreams& upstreams, Observer& observer)
      : request_(request), cancellation_(cancellation), upstreams_(upstreams), observer_(observer) {}

  // Every relation that the queries name is there afterwards, without rows.
  Done make(Connection& connection, const std::vector<SqlTable>& tables);
  // The query with the relations' names and with parameters as $1, $2, …, which `parameters` names in order.
  Rendered rendered(const SqlText& text, std::vector<std::string>& parameters) const;

  // Before anything is replaced: what live has.
  Done copy_live(Connection& connection);
  // The ids that live's rows have, by their key, into a relation of that name; nothing where live has no such
  // table.
  struct LiveIds {
    std::string relation;  // (id, key text), keys once each
    std::string last;      // where the numbering of the ids had come; empty: nobody knows
  };
  Result<std::optional<LiveIds>> copy_live_ids(Connection& connection, const CatalogTable& table,
                                               const std::string& id, const std::vector<std::string>& key);

  void close_live();

  const std::vector<std::unique_ptr<SourceRelation>>& sources() const { return sources_; }
  Done load(SourceRelation& source);
  Done drop(Connection& connection);

  // Another one of ours, for the filling of tables.
  std::string scratch(const std::string& name) const;
  // The row that two loads of the same natural key agree about, as one text.
  static std::string key_text(const std::vector<std::string>& key, const std::string& alias);

 private:
  struct LiveRelation {
    std::string relation;  // as it stands in a query
    std::string select;    // what it is filled with; empty: nothing
    std::string columns;
    bool binary = false;
  };
  Done make_schemas(Connection& connection, const std::vector<SqlTable>& tables);
  Done make_source(Connection& connection, const SqlTable& table, const SqlReference& reference);
  Done make_rows(Connection& connection, SourceRelation& source, std::vector<Input> inputs);
  Done make_documents(Connection& connection, SourceRelation& source, std::vector<Input> inputs);
  Done make_upstream(Connection& connection, SourceRelation& source, const SqlTable& table,
                     const SqlReference& reference);
  Done create(Connection& connection, const std::string& schema, const std::string& name,
              const std::vector<std::pair<std::string, std::string>>& columns);
  Done make_live(Connection& connection, const SqlTable& table, const SqlReference& reference);
  Result<Connection*> live();
  bool mentions_raw(const std::vector<SqlTable>& tables) const;
  std::string source_schema() const { return request_.own_schemas + "_source"; }
  std::string live_schema() const { return request_.own_schemas + "_live"; }
  std::string upstream_schema(const std::string& source) const;

  const Request& request_;
  Cancellation& cancellation_;
  Upstreams& upstreams_;
  Observer& observer_;
  bool raw_ = false;
  int ids_ = 0;
  std::optional<Connection> live_;  // one snapshot of live for all that is copied
  std::vector<std::unique_ptr<SourceRelation>> sources_;
  std::map<std::string, std::string> named_;   // by "name" or "name.second": what stands in a query
  std::map<std::string, LiveRelation> lives_;  // by table
};

}  // namespace slipway::ingest
