#include "daemon/ingest/plan_upstream.hpp"

#include <algorithm>
#include <map>

#include "base/config/from.hpp"
#include "base/pg/identifier.hpp"

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

constexpr std::string_view types_sql = R"(
SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.oid,
       t.oid < 16384 AND e.typname !~ '^reg' AND e.typsend <> 0 AND e.typreceive <> 0
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum)";

constexpr std::string_view relation_sql = R"(
SELECT c.oid, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = $2
  AND CASE WHEN $1 = '' THEN pg_table_is_visible(c.oid) ELSE n.nspname = $1 END)";

constexpr std::string_view relations_sql = R"(
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND CASE WHEN $1 = '' THEN pg_table_is_visible(c.oid) ELSE n.nspname = $1 END
ORDER BY 1 LIMIT 20)";

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string quoted_list(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + pg::quoted(name);
  return out;
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
    TRY(look("SELECT FROM " + relation_ + condition()));
    theirs_ = TRY(types_of(upstream_.session(), oid_));
    TRY(match());
    TRY(check_required());
    TRY(choose_format());
    UpstreamTable& from = plan_.upstream.emplace();
    from.server = &upstream_;
    from.shown = config_.from;
    from.moment = upstream_.moment();
    from.columns = taken_;
    from.select = "SELECT " + quoted_list(taken_) + " FROM " + relation_ + condition();
    if (config_.limit) from.select += fmt::format(" LIMIT {}", *config_.limit);
    TRY(look(from.select));
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

  // On lines of its own: a comment in it ends with it.
  std::string condition() const { return config_.where.empty() ? "" : " WHERE (\n" + config_.where + "\n)"; }

  // Planning a query tells whether it is right, and keeps its tables from being altered until the transaction
  // ends. As one statement with parameters it can be no second one.
  Done look(const std::string& select) {
    const Result<pg::Rows> explained = upstream_.session().query("EXPLAIN " + select);
    if (explained) return {};
    const std::string& state = explained.error().sqlstate();
    const bool mistake = state.starts_with("42") && state != "42501";
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

  // Names match names.
  Done match() {
    for (const std::string& name : config_.exclude)
      if (!theirs_.count(name))
        return error(Kind::usage, "{} has no column {} that could be excluded", config_.from, name)
            .at(place(config_, "exclude"))
            .next("its columns are: " + joined(their_names()));
    std::vector<std::string> lacking;
    for (const CatalogColumn& column : plan_.table.columns) {
      if (column.generated) continue;
      if (theirs_.count(column.name) && !excluded(column.name))
        taken_.push_back(column.name);
      else if (!excluded(column.name))
        lacking.push_back(column.name);
    }
    std::vector<std::string> unused;
    for (const std::string& name : their_names())
      if (plan_.table.find(name) == nullptr && !excluded(name)) unused.push_back(name);
    say("not in the table, so not read from " + config_.from, unused);
    say("left out of " + config_.from + " by `exclude`", config_.exclude);
    say("not in " + config_.from + ", so left to their defaults", lacking);
    if (!taken_.empty()) return {};
    return error(Kind::usage, "{} and table {} have no column in common", config_.from, plan_.table.name)
        .at(config_.at)
        .next("its columns are: " + joined(their_names()));
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

  // A column that must have a value and can get none would refuse every row.
  Done check_required() const {
    for (const CatalogColumn& column : plan_.table.columns) {
      if (!column.not_null || column.generated || !column.default_expression.empty()) continue;
      if (std::find(taken_.begin(), taken_.end(), column.name) != taken_.end()) continue;
      return error(Kind::usage, "column {} of table {} is NOT NULL, has no default, and {}", column.name,
                   plan_.table.name,
                   excluded(column.name) ? "is excluded" : config_.from + " has no such column")
          .at(excluded(column.name) ? place(config_, "exclude") : config_.at)
          .next("give it a default in the schema, or read from a view of the upstream that has it");
    }
    return {};
  }

  Done choose_format() {
    const WireTypes ours = TRY(types_of(session_, plan_.table.oid));
    std::vector<std::string> others;
    for (const std::string& name : taken_) {
      const WireType& here = ours.at(name);
      const WireType& there = theirs_.at(name);
      if (!(here == there && here.portable))
        others.push_back(here.name == there.name
                             ? fmt::format("{} ({})", name, here.name)
                             : fmt::format("{} ({} there, {} here)", name, there.name, here.name));
    }
    plan_.binary = others.empty();
    say("goes by text COPY, which is slower, because of", others);
    return {};
  }

  const config::Table& config_;
  Upstream& upstream_;
  pg::Session& session_;
  Observer& observer_;
  TablePlan plan_;
  std::string oid_;
  std::string relation_;  // quoted, with its schema
  WireTypes theirs_;
  std::vector<std::string> taken_;  // in the table's order
};

}  // namespace

Result<TablePlan> plan_upstream(CatalogTable table, const config::Table& config, Upstream& upstream,
                                pg::Session& session, Observer& observer) {
  return Planner(config, upstream, session, observer).run(std::move(table));
}

}  // namespace slipway::ingest
