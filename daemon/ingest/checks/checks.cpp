#include "daemon/ingest/checks/checks.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/excerpt.hpp"
#include "base/pg/sqlstate.hpp"
#include "daemon/ingest/checks/check_queries.hpp"

namespace slipway::ingest {
namespace {

constexpr int most_shown = 5;
constexpr std::size_t longest_shown_bytes = 200;

bool is_left_out(const Request& request, const std::string& table) {
  if (request.only.empty() || table.empty()) return false;
  return std::find(request.only.begin(), request.only.end(), table) == request.only.end();
}

Done count_failing(pg::Session& session, const std::string& sql, CheckReport& report) {
  const pg::Rows rows = TRY(
      session.query(fmt::format("WITH failing AS MATERIALIZED ({}\n) SELECT (SELECT count(*) FROM failing), "
                                "(SELECT coalesce(json_agg(few), '[]') FROM "
                                "(SELECT left(row_to_json(f)::text, {}) AS few FROM failing f LIMIT {}) x)",
                                sql, longest_shown_bytes + 1, most_shown)));
  report.failing = rows.number(0, 0);
  report.ok = report.failing == 0;
  for (const nlohmann::json& row : nlohmann::json::parse(rows.text(0, 1)))
    report.sample.push_back(beginning_of(row.get<std::string>(), longest_shown_bytes));
  return {};
}

Done ask(pg::Session& session, const std::string& sql, CheckReport& report) {
  const pg::Rows rows = TRY(session.query(sql));
  const bool one = rows.size() == 1 && rows.columns() == 1 && !rows.is_null(0, 0);
  report.ok = one && rows.truth(0, 0);
  if (!one) report.detail = "the query does not answer with one value";
  if (one && !report.ok) report.detail = fmt::format("the query says {}", beginning_of(rows.text(0, 0)));
  return {};
}

Done count_rows(const Request& request, pg::Session& session, const config::RowsCheck& check,
                CheckReport& report) {
  const std::string table = TRY(relation_of(request, session, check.table));
  const std::int64_t now = TRY(session.query("SELECT count(*) FROM " + table)).number(0, 0);
  std::vector<std::string> wrong;
  if (check.min && now < *check.min) wrong.push_back(fmt::format("at least {} wanted", *check.min));
  if (check.max && now > *check.max) wrong.push_back(fmt::format("at most {} wanted", *check.max));
  const auto live = request.live_rows.find(check.table);
  if (check.min_vs_live_percent && live != request.live_rows.end() &&
      static_cast<double>(now) < static_cast<double>(live->second) * *check.min_vs_live_percent / 100)
    wrong.push_back(fmt::format("live has {}, and at least {}% of that wanted", live->second,
                                *check.min_vs_live_percent));
  report.ok = wrong.empty();
  report.detail = fmt::format("{} rows", now);
  for (const std::string& one : wrong) report.detail += "; " + one;
  return {};
}

Done look(const Request& request, pg::Session& session, const PlannedCheck& check, CheckReport& report) {
  if (const auto* rows = std::get_if<config::RowsCheck>(&check.config->what))
    return count_rows(request, session, *rows, report);
  const auto* sql = std::get_if<config::SqlCheck>(&check.config->what);
  if (sql && sql->expect == config::Expect::truth) return ask(session, sql->query, report);
  return count_failing(session, check.failing_sql, report);
}

}  // namespace

Result<std::vector<PlannedCheck>> plan_checks(const Request& request, pg::Session& session) {
  std::vector<PlannedCheck> planned;
  for (const config::Check& check : request.pipeline.checks) {
    if (is_left_out(request, table_of(check))) continue;
    Result<std::string> sql = failing_sql(request, session, check);
    if (!sql) return std::move(sql).error().at(check.at);
    planned.push_back({&check, name_of(check), std::move(*sql)});
  }
  return planned;
}

Result<CheckReport> run_check(const Request& request, Connection& connection, const PlannedCheck& check) {
  TRY(connection.go_on());
  CheckReport report;
  report.check = check.name;
  report.warns = check.config->severity == config::Severity::warn;
  const pg::Transaction looking = TRY(pg::Transaction::begin(connection.session(), "read only"));
  Done done = look(request, connection.session(), check, report);
  if (done) return report;
  TRY(connection.go_on());
  if (done.error().sqlstate().empty() || pg::lost_connection(done.error().sqlstate()))
    return std::move(done).error();
  report.ok = false;
  report.detail = done.error().what();
  return report;
}

std::string in_words(const CheckReport& check) {
  std::string text = check.check + ": ";
  if (check.failing == 1) text += "1 row against it: ";
  if (check.failing > 1) text += fmt::format("{} rows against it, such as ", check.failing);
  for (std::size_t i = 0; i < check.sample.size(); ++i) text += (i == 0 ? "" : ", ") + check.sample[i];
  if (!check.detail.empty()) text += check.detail;
  if (check.ok && check.detail.empty()) text += "holds";
  return text;
}

Done verdict(const std::vector<CheckReport>& checks) {
  std::string broken;
  for (const CheckReport& check : checks)
    if (!check.ok && !check.warns) broken += (broken.empty() ? "" : "; ") + in_words(check);
  if (broken.empty()) return {};
  return error(Kind::refused, "checks do not hold: {}", broken)
      .next("mend the rows in the source, or change the check; live is as it was");
}

}  // namespace slipway::ingest
