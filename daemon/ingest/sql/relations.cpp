#include "daemon/ingest/sql/relations.hpp"

#include <algorithm>
#include <set>

#include "base/config/config.hpp"
#include "base/config/from.hpp"
#include "base/pg/identifier.hpp"
#include "daemon/ingest/source/byte_stream.hpp"
#include "daemon/ingest/sql/documents.hpp"
#include "daemon/ingest/trial.hpp"
#include "daemon/ingest/upstream/plan.hpp"

namespace slipway::ingest {
namespace {

std::string name_of(const SqlReference& reference, bool both) {
  return both ? reference.name + "." + reference.second : reference.name;
}

// What a table of an upstream is called in a table's `from`.
std::string from_of(const SqlReference& reference) {
  const bool schema_too = reference.second.find('.') != std::string::npos;
  return reference.name + "." + (schema_too ? reference.second : pg::quoted(reference.second));
}

// Progress and rejects of a source are not those of a table of that name.
class OfSource final : public Observer {
 public:
  OfSource(Observer& to, std::string shown) : to_(to), shown_("source." + std::move(shown)) {}
  void phase(const std::string& phase) override { to_.phase(phase); }
  void line(const std::string& text) override { to_.line(text); }
  void progress(const TableProgress& progress) override {
    TableProgress mine = progress;
    mine.table = shown_;
    to_.progress(mine);
  }

 private:
  Observer& to_;
  std::string shown_;
};

}  // namespace

std::string SqlRelations::upstream_schema(const std::string& source) const {
  const auto& upstreams = request_.pipeline.upstreams;
  return fmt::format("{}_source_{}", request_.own_schemas,
                     std::distance(upstreams.begin(), upstreams.find(source)) + 1);
}

std::string SqlRelations::scratch(const std::string& name) const {
  return pg::quoted(live_schema(), "slipway " + name);
}

Done SqlRelations::make(Connection& connection, const std::vector<SqlTable>& tables) {
  if (tables.empty()) return {};
  raw_ = std::any_of(tables.begin(), tables.end(),
                     [](const SqlTable& table) { return table.query.words.count("raw") > 0; });
  TRY(drop(connection));  // what a build that died left behind, where this one goes on with it
  TRY(make_schemas(connection, tables));
  for (const SqlTable& table : tables)
    for (const SqlReference& one : table.query.references) {
      if (one.kind == SqlReference::Kind::source) TRY(make_source(connection, table, one));
      if (one.kind == SqlReference::Kind::live) TRY(make_live(connection, table, one));
    }
  return {};
}

// By the role that the build connects as: the owner of the tables may not be allowed to make schemas.
Done SqlRelations::make_schemas(Connection& connection, const std::vector<SqlTable>& tables) {
  std::set<std::string> schemas = {source_schema(), live_schema()};
  for (const SqlTable& table : tables)
    for (const SqlReference& one : table.query.references)
      if (one.kind == SqlReference::Kind::source && request_.pipeline.upstreams.count(one.name))
        schemas.insert(upstream_schema(one.name));
  const std::string owner = request_.owner.empty() ? "" : " AUTHORIZATION " + pg::quoted(request_.owner);
  for (const std::string& schema : schemas)
    TRY(connection.session().script("CREATE SCHEMA " + pg::quoted(schema) + owner));
  return {};
}

Done SqlRelations::create(Connection& connection, const std::string& schema, const std::string& name,
                          const std::vector<std::pair<std::string, std::string>>& columns) {
  std::string list;
  for (const auto& [column, type] : columns)
    list += (list.empty() ? "" : ", ") + pg::quoted(column) + " " + type;
  pg::Transaction transaction = TRY(connection.begin(request_));
  TRY(connection.session().script(
      fmt::format("CREATE UNLOGGED TABLE {} ({})", pg::quoted(schema, name), list)));
  return transaction.commit();
}

Done SqlRelations::make_source(Connection& connection, const SqlTable& table, const SqlReference& reference) {
  const bool upstream = request_.pipeline.upstreams.count(reference.name) > 0;
  const std::string name = name_of(reference, upstream);
  if (named_.count(name)) return {};
  auto source = std::make_unique<SourceRelation>();
  source->shown = name;
  source->raw = raw_;
  source->as_table.name = upstream ? reference.second : reference.name;
  source->as_table.from = upstream ? from_of(reference) : reference.name;
  source->as_table.at = table.query.position(reference.offset);
  named_[name] =
      pg::quoted(upstream ? upstream_schema(reference.name) : source_schema(), source->as_table.name);
  if (upstream) {
    TRY(make_upstream(connection, *source, table, reference));
  } else {
    const config::FileSource& files = request_.pipeline.sources.at(reference.name);
    std::vector<Input> inputs = TRY(inputs_of(files, request_.config.folder));
    source->kind = kind_of_relation(files, inputs);
    if (source->kind == SourceRelation::Kind::rows && request_.trial_rows > 0)
      inputs = TRY(sample_of(inputs, request_.reject_folder / "sample" / "sources" / reference.name,
                             request_.trial_rows))
                   .inputs;
    if (source->kind == SourceRelation::Kind::rows)
      TRY(make_rows(connection, *source, std::move(inputs)));
    else
      TRY(make_documents(connection, *source, std::move(inputs)));
  }
  sources_.push_back(std::move(source));
  return {};
}

// The fields of all files, in the order in which they come up.
Done SqlRelations::make_rows(Connection& connection, SourceRelation& source, std::vector<Input> inputs) {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const Input& input : inputs)
    for (const std::string& name : TRY(field_names(input))) {
      const bool known =
          std::any_of(columns.begin(), columns.end(), [&](const auto& one) { return one.first == name; });
      if (name.size() > 63)
        return error(Kind::usage,
                     "{}: a field's name is longer than the 63 bytes that a column's may have: {}",
                     input.shown, name)
            .at(source.as_table.at);
      if (!known) columns.emplace_back(name, "text");
    }
  TRY(create(connection, source_schema(), source.as_table.name, columns));
  std::optional<CatalogTable> made =
      TRY(find_table(connection.session(), source_schema(), source.as_table.name));
  if (!made) return fail("relation source.{} is gone as soon as it was made", source.shown);
  source.plan = TRY(plan_table(std::move(*made), source.as_table, std::move(inputs), observer_));
  return {};
}

Done SqlRelations::make_documents(Connection& connection, SourceRelation& source, std::vector<Input> inputs) {
  std::vector<std::pair<std::string, std::string>> columns = {{"key", "text"}};
  if (source.kind == SourceRelation::Kind::lines)
    columns.emplace_back("line", "bigint");
  else
    columns.insert(columns.end(), {{"size", "bigint"}, {"etag", "text"}, {"modified", "timestamptz"}});
  if (source.kind != SourceRelation::Kind::listing) {
    columns.emplace_back("doc", "jsonb");
    if (source.raw) columns.emplace_back("raw", "json");
  }
  source.plan.config = &source.as_table;
  source.plan.table.schema = source_schema();
  source.plan.table.name = source.as_table.name;
  for (Input& input : inputs) {
    source.plan.bytes_total += source.kind == SourceRelation::Kind::listing ? 0 : input.bytes;
    source.plan.files.push_back({std::move(input), {}, 0, {}});
  }
  return create(connection, source_schema(), source.as_table.name, columns);
}

Done SqlRelations::make_upstream(Connection& connection, SourceRelation& source, const SqlTable& table,
                                 const SqlReference& reference) {
  source.kind = SourceRelation::Kind::upstream;
  Upstream* upstream = TRY(upstreams_.get(request_.pipeline.upstreams.at(reference.name), cancellation_));
  const std::optional<config::From> from = config::split_from(source.as_table.from);
  const Position at = table.query.position(reference.offset);
  if (!from) return error(Kind::usage, "{} names no table of an upstream", source.shown).at(at);
  Connection there = TRY(upstream->join(cancellation_));
  const std::string relation =
      from->schema.empty() ? pg::quoted(from->table) : pg::quoted(from->schema, from->table);
  const Result<Described> shape = describe(there, "SELECT * FROM " + relation);
  if (!shape) return upstream->explain(shape.error(), "looking for " + source.shown);
  std::vector<std::pair<std::string, std::string>> columns;
  for (const Described::Column& one : shape->columns)
    columns.emplace_back(one.name, one.everywhere ? one.type : "text");
  const std::string schema = upstream_schema(reference.name);
  TRY(create(connection, schema, source.as_table.name, columns));
  std::optional<CatalogTable> made = TRY(find_table(connection.session(), schema, source.as_table.name));
  if (!made) return fail("relation source.{} is gone as soon as it was made", source.shown);
  source.plan =
      TRY(plan_upstream(std::move(*made), source.as_table, *upstream, connection.session(), observer_));
  if (request_.trial_rows > 0) source.plan.upstream->only_first(request_.trial_rows);
  return {};
}

Rendered SqlRelations::rendered(const SqlText& text, std::vector<std::string>& parameters) const {
  return render(text, [&](const SqlReference& one) -> Replacement {
    if (one.kind == SqlReference::Kind::live) return {lives_.at(one.name).relation};
    if (one.kind == SqlReference::Kind::source) {
      const bool upstream = request_.pipeline.upstreams.count(one.name) > 0;
      return {named_.at(name_of(one, upstream)), upstream};
    }
    parameters.push_back(one.name);  // each place may want a type of its own
    return {fmt::format("${}", parameters.size())};
  });
}

Done SqlRelations::load(SourceRelation& source) {
  OfSource observer(observer_, source.shown);
  Request request = request_;
  request.reject_folder = request_.reject_folder / "sources";
  if (source.kind == SourceRelation::Kind::rows || source.kind == SourceRelation::Kind::upstream)
    source.outcome = TRY(load_table(request, source.plan, {}, observer, cancellation_));
  else
    source.outcome = TRY(load_documents(request, source, observer, cancellation_));
  // Never taken for no rows.
  if (source.outcome.lost) return *source.outcome.lost;
  Connection connection = TRY(Connection::open(request_, cancellation_));
  TRY(connection.session().script("ANALYZE " +
                                  source.plan.table.quoted()));  // queries that join it are planned by it
  return {};
}

Done SqlRelations::drop(Connection& connection) {
  const pg::Rows found = TRY(connection.session().query(
      "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1 || '_') ORDER BY 1",
      {request_.own_schemas}));
  for (int row = 0; row < found.size(); ++row)
    TRY(connection.session().script("DROP SCHEMA " + pg::quoted(found.text(row, 0)) + " CASCADE"));
  return {};
}

}  // namespace slipway::ingest
