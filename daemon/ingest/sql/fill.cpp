// Filling one table by its query. Without key and scope the rows go straight in; else they are laid down
// first, held against the key, the scope and what is kept, and then go in ordered by the key: the same rows
// give the same table.
#include <cstdio>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/load/rejects.hpp"
#include "daemon/ingest/sql/stage.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr int shown_at_most = 5;

std::string list_of(const std::vector<std::string>& names, const std::string& alias) {
  std::string out;
  for (const std::string& name : names) out += (out.empty() ? "" : ", ") + alias + pg::quoted(name);
  return out;
}

constexpr std::string_view sequence_sql = R"(
SELECT coalesce(pg_get_serial_sequence($1, $2), (
  SELECT d.refobjid::regclass::text FROM pg_attrdef f
  JOIN pg_attribute a ON a.attrelid = f.adrelid AND a.attnum = f.adnum AND a.attname = $2
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
  WHERE f.adrelid = $1::regclass LIMIT 1)))";

class Filling {
 public:
  Filling(const Request& request, const SqlPlan& plan, const SqlRelations& relations, Observer& observer,
          Connection& connection)
      : request_(request),
        plan_(plan),
        config_(*plan.table->config),
        observer_(observer),
        connection_(connection),
        laid_(relations.scratch("rows")),
        target_(plan.target.quoted()) {}

  Result<TableReport> run(const std::vector<pg::Parameter>& parameters,
                          const std::vector<pg::Parameter>& scope_parameters) {
    const Millis start = real_clock().steady();
    pg::Transaction transaction = TRY(connection_.begin(request_));
    if (config_.key.empty() && !plan_.scope) {
      TRY(session().script("TRUNCATE " + plan_.target.alone()));
      report_.read = report_.loaded = TRY(run_query(target_, parameters));
    } else {
      TRY(lay_down(parameters));
      TRY(hold_against_key());
      if (plan_.scope) TRY(hold_against_scope(scope_parameters));
      TRY(clear());
      if (plan_.scope && !config_.key.empty()) TRY(hold_against_kept());
      TRY(move_in());
      TRY(session().script("DROP TABLE " + laid_));
    }
    TRY(transaction.commit());
    TRY(session().script("VACUUM (FREEZE, ANALYZE) " + target_));  // queries that read it are planned by it
    report_.seconds = static_cast<double>((real_clock().steady() - start).count()) / 1000;
    return report_;
  }

 private:
  pg::Session& session() { return connection_.session(); }
  std::string keys(const std::string& alias) const { return list_of(config_.key, alias); }

  // How many rows it gave.
  Result<std::int64_t> run_query(const std::string& into, const std::vector<pg::Parameter>& parameters) {
    const std::string insert = insert_into(into, plan_);
    const pg::Rows rows = TRY(ask(connection_, insert + plan_.query.sql, parameters,
                                  {&plan_.query, insert.size()}, plan_.filled_with));
    return rows.affected();
  }

  Done lay_down(const std::vector<pg::Parameter>& parameters) {
    TRY(session().script(
        fmt::format("CREATE UNLOGGED TABLE {0} AS SELECT {1} FROM {2} WITH NO DATA; "
                    "ALTER TABLE {0} ADD \"slipway nth\" bigint GENERATED ALWAYS AS IDENTITY",
                    laid_, list_of(plan_.columns, ""), target_)));
    const std::string insert = fmt::format("INSERT INTO {} ({})\n", laid_, list_of(plan_.columns, ""));
    const pg::Rows rows = TRY(ask(connection_, insert + plan_.query.sql, parameters,
                                  {&plan_.query, insert.size()}, plan_.filled_with));
    report_.read = rows.affected();
    TRY(session().script("ANALYZE " + laid_));
    return {};
  }

  Done hold_against_key() {
    if (config_.key.empty()) return {};
    const pg::Rows twice = TRY(session().query(fmt::format(
        "SELECT {1}, count(*), sum(count(*) - 1) OVER (), count(*) OVER () FROM {0} l GROUP BY {2} "
        "HAVING count(*) > 1 ORDER BY {2} LIMIT {3}",
        laid_, SqlRelations::key_text(config_.key, "l"), keys("l."), shown_at_most)));
    if (twice.empty()) return {};
    if (config_.duplicates == config::Duplicates::reject) return reject(twice.number(0, 2));
    std::string names;
    for (int row = 0; row < twice.size(); ++row)
      names +=
          fmt::format("{}{} {} times", row == 0 ? "" : ", ", shown(twice.text(row, 0)), twice.number(row, 1));
    const long long all = twice.number(0, 3);
    return error(Kind::refused, "table {}: the query gives {} key{} ({}) more than once: {}{}", config_.name,
                 all, all == 1 ? "" : "s", list_of(config_.key, ""), names, all > twice.size() ? ", …" : "")
        .at(plan_.table->query.position(plan_.table->query.begin))
        .next(
            "let the query choose one of them (DISTINCT ON), or set `duplicates: reject` to keep the first "
            "of each");
  }

  // The first of each stays; the others go beside a word of why.
  Done reject(std::int64_t count) {
    const std::string behind = fmt::format(
        "FROM (SELECT l.*, row_number() OVER (PARTITION BY {} ORDER BY \"slipway nth\") AS \"slipway of\" "
        "FROM {} l) ranked WHERE \"slipway of\" > 1",
        keys("l."), laid_);
    report_.rejected = count;
    TRY(write_rejects(behind));
    if (too_many(request_.pipeline.rejects, count, report_.read))
      return error(Kind::refused, "table {}: {} of {} rows have a key that a row before them has",
                   config_.name, count, report_.read)
          .next(fmt::format("they lie in {}; mend the query, or raise `rejects`",
                            report_.reject_files.front()));
    const pg::Rows gone = TRY(session().query(
        fmt::format("DELETE FROM {} WHERE \"slipway nth\" IN (SELECT \"slipway nth\" {})", laid_, behind)));
    if (gone.affected() == count) return {};
    return fail("table {}: {} duplicates were found, and {} taken out", config_.name, count, gone.affected());
  }

  Done write_rejects(const std::string& behind) {
    TRY(real_files().make_folders(request_.reject_folder));
    const Path rows_path = request_.reject_folder / (config_.name + ".sql.rejects.ndjson");
    const Path log_path = request_.reject_folder / (config_.name + ".sql.rejects.log");
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> rows(std::fopen(rows_path.c_str(), "we"),
                                                               std::fclose);
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> log(std::fopen(log_path.c_str(), "we"),
                                                              std::fclose);
    if (!rows || !log)
      return errno_error(fmt::format("cannot write {}", (rows ? log_path : rows_path).string()));
    // Control characters as quote and delimiter: no JSON has them, so each row comes as it is.
    const std::string copy = fmt::format(
        "COPY (SELECT to_jsonb(ranked) - '{{\"slipway nth\",\"slipway of\"}}'::text[] {}) TO STDOUT "
        "(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')",
        behind);
    const auto write = [&](std::string_view row) -> Done {
      const std::string why =
          fmt::format("{{\"file\":{},\"row\":{},\"reason\":\"a row before it has the same key ({})\"}}\n",
                      json_string(plan_.table->query.file), row.substr(0, row.find('\n')), list_of_names());
      if (std::fwrite(row.data(), 1, row.size(), rows.get()) != row.size() ||
          std::fwrite(why.data(), 1, why.size(), log.get()) != why.size())
        return errno_error(fmt::format("cannot write {}", rows_path.string()));
      return {};
    };
    TRY(session().copy_out(copy, write));
    if (std::fflush(rows.get()) != 0 || std::fflush(log.get()) != 0)
      return errno_error(fmt::format("cannot write {}", rows_path.string()));
    report_.reject_files = {rows_path.string(), log_path.string()};
    return {};
  }
  std::string list_of_names() const {
    std::string out;
    for (const std::string& name : config_.key) out += (out.empty() ? "" : ", ") + name;
    return out;
  }

  // A row outside would stand beside those that are kept, and never go again.
  Done hold_against_scope(const std::vector<pg::Parameter>& parameters) {
    const std::string head =
        fmt::format("SELECT to_jsonb({0})::text, count(*) OVER () FROM (SELECT {1} FROM {2}) {0} WHERE (\n",
                    pg::quoted(plan_.target.name), list_of(plan_.columns, ""), laid_);
    const pg::Rows outside = TRY(ask(connection_, head + plan_.scope->sql + "\n) IS NOT TRUE LIMIT 1",
                                     parameters, {&*plan_.scope, head.size()}, plan_.scoped_with));
    if (outside.empty()) return {};
    return error(Kind::refused, "table {}: {} rows of the query are not in its scope ({}), among them {}",
                 config_.name, outside.number(0, 1), config_.scope, shown_long(outside.text(0, 0)))
        .at(plan_.table->query.position(plan_.table->query.begin))
        .next("let the query give rows of the scope alone, or widen the scope");
  }

  Done clear() {
    if (!plan_.scope || plan_.marks.empty()) {
      TRY(session().script("TRUNCATE " + plan_.target.alone()));
      return {};
    }
    TRY(session().query(fmt::format("DELETE FROM {} t USING {} m WHERE t.tableoid = m.part AND t.ctid = m.at",
                                    plan_.target.alone(), plan_.marks)));
    report_.kept = TRY(session().query("SELECT count(*) FROM " + plan_.target.alone())).number(0, 0);
    return {};
  }

  Done hold_against_kept() {
    if (report_.kept == 0) return {};
    const pg::Rows both = TRY(session().query(fmt::format(
        "SELECT {1}, count(*) OVER () FROM {0} l JOIN {2} t ON {1} = {3} LIMIT 1", laid_,
        SqlRelations::key_text(config_.key, "l"), target_, SqlRelations::key_text(config_.key, "t"))));
    if (both.empty()) return {};
    return error(Kind::refused,
                 "table {}: {} keys ({}) of the query have a row outside the scope already, among them {}",
                 config_.name, both.number(0, 1), list_of_names(), shown(both.text(0, 0)))
        .at(plan_.table->query.position(plan_.table->query.begin))
        .next("give the key a column that the scope is told by, or widen the scope");
  }

  // Never back: what live has given out is not given out again.
  Done raise_sequence() {
    const pg::Rows found = TRY(session().query(sequence_sql, {target_, plan_.id}));
    if (found.is_null(0, 0)) return {};
    const std::string sequence = found.string(0, 0);
    const std::string& last = plan_.live_ids->last;
    TRY(session().query(fmt::format(
        "SELECT setval({0}, edge) FROM (SELECT greatest((SELECT max(id) FROM {1}), {2}) AS edge) "
        "live, {3} own WHERE edge > own.last_value OR (edge = own.last_value AND NOT own.is_called)",
        pg::literal(sequence), plan_.live_ids->relation, last.empty() ? "NULL::bigint" : last + "::bigint",
        sequence)));
    return {};
  }

  Done move_in() {
    std::string order = keys("l.");
    if (!order.empty()) order += ", ";
    order += "l.\"slipway nth\"";
    std::string id_column, id_value, id_join, id_given;
    if (!plan_.id.empty()) {
      if (plan_.live_ids) {
        TRY(raise_sequence());
        id_given = "i.id AS \"slipway id\", ";
        id_join = fmt::format(" LEFT JOIN {} i ON i.key = {}", plan_.live_ids->relation,
                              SqlRelations::key_text(config_.key, "l"));
        id_value = fmt::format("coalesce(\"slipway id\", {}), ", plan_.id_default);
      } else {
        id_value = plan_.id_default + ", ";
      }
      id_column = pg::quoted(plan_.id) + ", ";
    }
    const std::string columns = list_of(plan_.columns, "");
    // The inner query is ordered, so that numbers are given in that order.
    const pg::Rows rows =
        TRY(session().query(fmt::format("INSERT INTO {} ({}{}) OVERRIDING SYSTEM VALUE SELECT {}{} FROM "
                                        "(SELECT {}{} FROM {} l{} ORDER BY {}) "
                                        "ordered",
                                        target_, id_column, columns, id_value, columns, id_given,
                                        list_of(plan_.columns, "l."), laid_, id_join, order)));
    report_.loaded = rows.affected();
    if (report_.read == report_.loaded + report_.rejected) return {};
    return fail("table {}: the counts do not agree: the query gave {} rows, {} were rejected, {} loaded",
                config_.name, report_.read, report_.rejected, report_.loaded);
  }

  const Request& request_;
  const SqlPlan& plan_;
  const config::Table& config_;
  Observer& observer_;
  Connection& connection_;
  const std::string laid_;
  const std::string target_;
  TableReport report_;
};

}  // namespace

Result<TableReport> fill_by_query(const Request& request, const SqlPlan& plan, const SqlRelations& relations,
                                  const std::vector<pg::Parameter>& parameters,
                                  const std::vector<pg::Parameter>& scope_parameters, Observer& observer,
                                  Cancellation& cancellation) {
  Connection connection = TRY(Connection::open(request, cancellation));
  Result<TableReport> report =
      Filling(request, plan, relations, observer, connection).run(parameters, scope_parameters);
  if (!report) return connection.explain(std::move(report).error());
  if (report->kept > 0)
    observer.line(fmt::format("table {}: {} rows are new, {} outside the scope stay as live has them",
                              plan.target.name, report->loaded, report->kept));
  return report;
}

}  // namespace slipway::ingest
