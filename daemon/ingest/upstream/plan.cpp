#include "daemon/ingest/upstream/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/config/from.hpp"
#include "base/pg/identifier.hpp"
#include "daemon/ingest/text.hpp"
#include "daemon/ingest/upstream/columns.hpp"
#include "daemon/ingest/upstream/parts.hpp"

namespace slipway::ingest {
namespace {

// A type as it travels. Binary forms are the same everywhere only of types that every server is born with
// (their numbers lie below 16384), and not of those that hold the number of something in their own catalog.
// Of an array it is the elements that count.
struct WireType {
  std::string name;
  std::string oid;
  bool portable = false;

  bool operator==(const WireType&) const = default;
};
using WireTypes = std::map<std::string, WireType>;  // by column

// A column of ours, and what gives its values there.
struct Taken {
  std::string column;
  std::string expression;
  WireType there;
};

constexpr std::string_view types_sql = R"(
SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.oid,
       t.oid < 16384 AND e.typname !~ '^reg' AND e.typsend <> 0 AND e.typreceive <> 0
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum)";

// Only a table that is read by itself has one place for each row, and only from version 14 on can a range of
// places be read without the rest.
constexpr std::string_view relation_sql = R"(
SELECT c.oid, n.nspname,
       c.relkind = 'r' AND NOT c.relhassubclass AND current_setting('server_version_num')::int >= 140000,
       CASE WHEN c.relkind = 'r' THEN pg_relation_size(c.oid) / current_setting('block_size')::int ELSE 0 END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = $2
  AND CASE WHEN $1 = '' THEN pg_table_is_visible(c.oid) ELSE n.nspname = $1 END)";

constexpr std::string_view relations_sql = R"(
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND CASE WHEN $1 = '' THEN pg_table_is_visible(c.oid) ELSE n.nspname = $1 END
ORDER BY 1 LIMIT 20)";

// From the first line of a plan: "… (cost=0.00..35.50 rows=2550 width=4)".
Extent extent_of(const std::string& plan) {
  const auto number = [&](std::string_view name) -> std::int64_t {
    const std::size_t found = plan.rfind(name);
    return found == std::string::npos ? 0 : std::atoll(plan.c_str() + found + name.size());
  };
  Extent extent;
  extent.rows = number("rows=");
  extent.bytes = extent.rows * number("width=");
  return extent;
}

Position place(const config::Table& table, const std::string& key) {
  const auto found = table.keys_at.find(key);
  return found == table.keys_at.end() ? table.at : found->second;
}

class Planner {
 public:
  Planner(const config::Table& config, Upstream& upstream, pg::Session& session, Observer& observer)
      : config_(config), upstream_(upstream), session_(session), observer_(observer) {}

  Result<TablePlan> run(CatalogTable table) {
    plan_.config = &config_;
    plan_.table = std::move(table);
    TRY(find_relation());
    TRY(look("SELECT" + source()));
    theirs_ = TRY(types_of(upstream_.session(), oid_));
    ours_ = TRY(types_of(session_, plan_.table.oid));
    TRY(match());
    TRY(check_required());
    choose_format();
    UpstreamTable& from = plan_.upstream.emplace();
    from.server = &upstream_;
    from.shown = config_.from;
    from.moment = upstream_.moment();
    from.from = source();
    for (const Taken& one : taken_) {
      from.columns.push_back(one.column);
      from.list += (from.list.empty() ? "" : ", ") + one.expression;
    }
    from.limit = config_.limit;
    from.extent = extent_of(TRY(look(from.select())));
    if (by_places_ && !config_.limit) {
      from.parts = cut_by_pages(pages_, part_pages, relation_ + ".ctid");
      from.ordered = !from.parts.empty();
    }
    return std::move(plan_);
  }

 private:
  Done find_relation() {
    const std::optional<config::From> from = config::split_from(config_.from);
    if (!from) return fail("`{}` names no table of an upstream", config_.from);
    const Result<pg::Rows> found = upstream_.session().query(relation_sql, {from->schema, from->table});
    if (!found) return upstream_.explain(found.error(), "looking for " + config_.from);
    if (!found->empty()) {
      oid_ = found->string(0, 0);
      relation_ = pg::quoted(found->text(0, 1), from->table);
      by_places_ = found->truth(0, 2);
      pages_ = found->number(0, 3);
      return {};
    }
    const Result<pg::Rows> others = upstream_.session().query(relations_sql, {from->schema});
    if (!others) return upstream_.explain(others.error(), "listing its tables");
    std::vector<std::string> names;
    for (int row = 0; row < others->size(); ++row) names.push_back(others->string(row, 0));
    return error(Kind::usage, "source {} has no table or view {}{}", from->source,
                 from->schema.empty() ? "" : from->schema + ".", from->table)
        .at(place(config_, "from"))
        .next(names.empty() ? "there is none that its user can see"
                            : "names are taken as they are written; there is: " + joined(names));
  }

  // The condition on lines of its own: a comment in it ends with it.
  std::string source() const {
    return " FROM " + relation_ + " WHERE (" +
           (config_.where.empty() ? "true" : "\n" + config_.where + "\n") + ")";
  }

  // Planning a query tells whether it is right, and keeps its tables from being altered until the transaction
  // ends. As one statement with parameters it can be no second one.
  Result<std::string> look(const std::string& select) {
    const Result<pg::Rows> explained = upstream_.session().query("EXPLAIN " + select);
    if (explained) return explained->string(0, 0);
    const std::string& state = explained.error().sqlstate();
    const bool mistake = (state.starts_with("42") && state != "42501") || state.starts_with("22");
    // The first question holds nothing but the condition.
    if (mistake && !taken_.empty() && !config_.columns.empty())
      return error(Kind::usage, "source {} does not take these `columns`", upstream_.source().name)
          .because(explained.error())
          .at(place(config_, "columns"))
          .next("each `const` and `default` must be a value of its column's type");
    if (mistake && !config_.where.empty())
      return error(Kind::usage, "source {} does not take this `where`", upstream_.source().name)
          .because(explained.error())
          .at(place(config_, "where"))
          .next("it stands in SELECT … FROM " + relation_ + " WHERE (…), in the upstream's own SQL");
    return upstream_.explain(explained.error(), "looking at " + config_.from);
  }

  Result<WireTypes> types_of(pg::Session& session, const std::string& oid) {
    const pg::Rows rows = TRY(session.query(types_sql, {oid}));
    WireTypes types;
    for (int row = 0; row < rows.size(); ++row) {
      WireType type{rows.string(row, 1), rows.string(row, 2), rows.truth(row, 3)};
      types[rows.string(row, 0)] = std::move(type);
    }
    return types;
  }

  bool excluded(const std::string& column) const {
    return std::find(config_.exclude.begin(), config_.exclude.end(), column) != config_.exclude.end();
  }

  Done match() {
    TRY(check_excluded());
    TRY(config_.columns.empty() ? by_name() : by_config());
    if (!taken_.empty()) return {};
    return error(Kind::usage, "{} and table {} have no column in common", config_.from, plan_.table.name)
        .at(config_.at)
        .next("its columns are: " + joined(their_names()));
  }

  Done check_excluded() const {
    for (const std::string& name : config_.exclude)
      if (!theirs_.count(name))
        return error(Kind::usage, "{} has no column {} that could be excluded", config_.from, name)
            .at(place(config_, "exclude"))
            .next("its columns are: " + joined(their_names()));
    return {};
  }

  // Names match names.
  Done by_name() {
    std::vector<std::string> lacking;
    for (const CatalogColumn& column : plan_.table.columns) {
      if (column.generated) continue;
      if (theirs_.count(column.name) && !excluded(column.name))
        taken_.push_back({column.name, pg::quoted(column.name), theirs_.at(column.name)});
      else if (!excluded(column.name))
        lacking.push_back(column.name);
    }
    std::vector<std::string> unused;
    for (const std::string& name : their_names())
      if (plan_.table.find(name) == nullptr && !excluded(name)) unused.push_back(name);
    say("not in the table, so not read from " + config_.from, unused);
    say("left out of " + config_.from + " by `exclude`", config_.exclude);
    say("not in " + config_.from + ", so left to their defaults", lacking);
    return {};
  }

  // Only what `columns` names, each from the column that it names.
  Done by_config() {
    std::set<std::string> read;
    for (const config::Column& wanted : config_.columns) {
      const CatalogColumn* ours = plan_.table.find(wanted.name);
      if (ours == nullptr)
        return error(Kind::usage, "table {} has no column {}", plan_.table.name, wanted.name)
            .at(wanted.at)
            .next("its columns are: " + joined(our_names()));
      if (ours->generated)
        return error(Kind::usage, "column {} of table {} is generated: it cannot be filled", wanted.name,
                     plan_.table.name)
            .at(wanted.at);
      taken_.push_back(TRY(wanted.constant ? constant(wanted) : column(wanted)));
      read.insert(wanted.path.value_or(wanted.name));
    }
    std::vector<std::string> unused;
    for (const std::string& name : their_names())
      if (!read.count(name) && !excluded(name)) unused.push_back(name);
    say("not named in `columns`, so not read from " + config_.from, unused);
    return {};
  }

  Result<Taken> column(const config::Column& wanted) const {
    const std::string path = wanted.path.value_or(wanted.name);
    const auto theirs = theirs_.find(path);
    if (theirs == theirs_.end())
      return error(Kind::usage, "{} has no column {}", config_.from, path)
          .at(wanted.at)
          .next("its columns are: " + joined(their_names()));
    std::string expression = TRY(upstream_expression(wanted, {path, theirs->second.name}));
    return Taken{wanted.name, std::move(expression), theirs->second};
  }

  // As our column's type, where the upstream is sure to know that one.
  Result<Taken> constant(const config::Column& wanted) const {
    const WireType& ours = ours_.at(wanted.name);
    const WireType as = ours.portable ? ours : WireType{"text", "25", true};
    return Taken{wanted.name, constant_expression(*wanted.constant, as.name), as};
  }

  void say(const std::string& what, const std::vector<std::string>& columns) {
    if (!columns.empty())
      observer_.line(fmt::format("table {}: {}: {}", plan_.table.name, what, joined(columns)));
  }

  std::vector<std::string> their_names() const {
    std::vector<std::string> names;
    for (const auto& [name, type] : theirs_) names.push_back(name);
    return names;
  }

  std::vector<std::string> our_names() const {
    std::vector<std::string> names;
    for (const CatalogColumn& column : plan_.table.columns) names.push_back(column.name);
    return names;
  }

  bool filled(const std::string& name) const {
    return std::any_of(taken_.begin(), taken_.end(), [&](const Taken& one) { return one.column == name; });
  }

  // A column that must have a value and can get none would refuse every row.
  Done check_required() const {
    for (const CatalogColumn& column : plan_.table.columns) {
      if (!column.not_null || column.generated || !column.default_expression.empty()) continue;
      if (filled(column.name)) continue;
      return error(Kind::usage, "column {} of table {} is NOT NULL, has no default, and {}", column.name,
                   plan_.table.name,
                   excluded(column.name)      ? "is excluded"
                   : !config_.columns.empty() ? "`columns` does not name it"
                                              : config_.from + " has no such column")
          .at(excluded(column.name) ? place(config_, "exclude") : config_.at)
          .next("give it a default in the schema, or read from a view of the upstream that has it");
    }
    return {};
  }

  void choose_format() {
    std::vector<std::string> others;
    for (const auto& [name, expression, there] : taken_) {
      const WireType& here = ours_.at(name);
      if (!(here == there && here.portable))
        others.push_back(here.name == there.name
                             ? fmt::format("{} ({})", name, here.name)
                             : fmt::format("{} ({} there, {} here)", name, there.name, here.name));
    }
    plan_.binary = others.empty();
    say("goes by text COPY, which is slower, because of", others);
  }

  const config::Table& config_;
  Upstream& upstream_;
  pg::Session& session_;
  Observer& observer_;
  TablePlan plan_;
  std::string oid_;
  std::string relation_;    // quoted, with its schema
  bool by_places_ = false;  // it can be read by ranges of places
  std::int64_t pages_ = 0;
  WireTypes theirs_;
  WireTypes ours_;
  std::vector<Taken> taken_;
};

}  // namespace

Result<TablePlan> plan_upstream(CatalogTable table, const config::Table& config, Upstream& upstream,
                                pg::Session& session, Observer& observer) {
  return Planner(config, upstream, session, observer).run(std::move(table));
}

}  // namespace slipway::ingest
