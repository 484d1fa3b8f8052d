#include "swap/guardrails/gather.hpp"

#include <algorithm>

#include "base/config/pattern.hpp"
#include "swap/structure/kept.hpp"
#include "swap/structure/read_shape.hpp"

namespace slipway::swap {
namespace {

// The same place has the same text, whatever names and addresses lead there: a cluster that was cloned starts
// at a moment of its own.
constexpr std::string_view whereabouts_sql = R"(
select concat_ws(' ', (select system_identifier from pg_control_system()), extract(epoch from pg_postmaster_start_time()),
  (select oid from pg_database where datname = current_database()), (select oid from pg_namespace where nspname = $1))
)";

constexpr std::string_view prepared_sql =
    "select gid from pg_prepared_xacts where database = current_database()";

// Slots and standbys of the whole server in volume mode, of the database alone where it is renamed.
constexpr std::string_view slots_sql =
    "select slot_name from pg_replication_slots where not temporary and ($1 = '' or database = $1)";
constexpr std::string_view standbys_sql =
    "select concat_ws(' ', application_name, 'at ' || host(client_addr)) from pg_stat_replication";
constexpr std::string_view subscriptions_sql =
    "select subname from pg_subscription join pg_database d on d.oid = subdbid where datname = "
    "current_database()";
constexpr std::string_view mappings_sql = "select srvname || ' for ' || usename from pg_user_mappings";
constexpr std::string_view cron_sql =
    "select concat_ws(' ', 'job', to_jsonb(j) ->> 'jobname', schedule, command) from cron.job j";
constexpr std::string_view large_objects_sql =
    "select 'large object ' || oid from pg_largeobject_metadata limit 10001";

Result<std::vector<std::string>> names(pg::Session& session, std::string_view sql,
                                       const std::vector<pg::Parameter>& parameters = {}) {
  const pg::Rows rows = TRY(session.query(sql, parameters));
  std::vector<std::string> found;
  for (int row = 0; row < rows.size(); ++row) found.push_back(rows.string(row, 0));
  std::sort(found.begin(), found.end());
  return found;
}

// What the first has and the second lacks.
std::vector<std::string> minus(const std::vector<std::string>& all, const std::vector<std::string>& some) {
  std::vector<std::string> rest;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
  return rest;
}

Result<std::vector<std::string>> cron_jobs(pg::Session& session) {
  if (TRY(session.query("select to_regclass('cron.job') is null")).truth(0, 0))
    return std::vector<std::string>();
  return names(session, cron_sql);
}

// These lie in the database: the candidate may have been given them by its schema.
Done gather_what_may_be_there(pg::Session& live, pg::Session& candidate, Findings& findings) {
  findings.left_behind["foreign_mappings"] =
      minus(TRY(names(live, mappings_sql)), TRY(names(candidate, mappings_sql)));
  findings.left_behind["large_objects"] =
      minus(TRY(names(live, large_objects_sql)), TRY(names(candidate, large_objects_sql)));
  findings.left_behind["cron_jobs"] = minus(TRY(cron_jobs(live)), TRY(cron_jobs(candidate)));
  return {};
}

Done gather_left_behind(const config::Target& target, pg::Session& live, Findings& findings) {
  findings.left_behind["prepared_transactions"] = TRY(names(live, prepared_sql));
  if (target.mode == config::Mode::schema) return {};
  const bool whole_server = target.mode == config::Mode::volume;
  const std::string database = TRY(live.query("select current_database()")).string(0, 0);
  findings.left_behind["slots"] = TRY(names(live, slots_sql, {whole_server ? "" : database}));
  findings.left_behind["subscriptions"] = TRY(names(live, subscriptions_sql));
  if (whole_server) findings.left_behind["standbys"] = TRY(names(live, standbys_sql));
  return {};
}

Result<Guardrail> ask(pg::Session& session, const config::SqlGuardrail& one) {
  const pg::Transaction transaction = TRY(pg::Transaction::begin(session, "read only"));
  const Result<pg::Rows> rows = session.query(one.query);
  if (!rows) return Guardrail{one.name, false, rows.error().summary()};
  if (rows->size() != 1 || rows->columns() != 1 || rows->is_null(0, 0))
    return Guardrail{one.name, false, "the query does not answer with one value"};
  const bool ok = rows->truth(0, 0);
  return Guardrail{one.name, ok, ok ? "holds" : fmt::format("the query says {}", rows->text(0, 0))};
}

// Nothing has changed what was kept: a snapshot that is ready is not written to. So structures are read and
// compared once in a promotion.
Done gather_structures(const Asked& live, const Asked& candidate, Findings& findings) {
  findings.compares = !candidate.session || !candidate.kept;
  if (!findings.compares) return {};
  findings.candidate_kept = candidate.kept;
  if (candidate.session) findings.candidate_kept = TRY(read_kept(*candidate.session, candidate.schema));
  findings.live_kept = live.kept;
  if (live.session && findings.candidate_kept)
    findings.live_kept = Kept{TRY(read_shape(*live.session, live.schema)), {}, {}};
  return {};
}

// One that was live has been written to by those whose data it is.
Done gather_changes(const config::Target& target, const Asked& candidate, Findings& findings) {
  if (findings.was_live || !candidate.kept || candidate.kept->contents.empty()) return {};
  const auto is_carried = [&](const std::string& table) {
    return std::any_of(target.carry.begin(), target.carry.end(),
                       [&](const std::string& pattern) { return config::matches(pattern, table); });
  };
  findings.changed =
      changes(candidate.kept->contents, TRY(read_contents(*candidate.session, candidate.schema)), is_carried);
  return {};
}

Result<std::string> whereabouts(const Asked& one) {
  if (!one.session) return std::string();
  return TRY(one.session->query(whereabouts_sql, {one.schema})).string(0, 0);
}

}  // namespace

Done gather(const config::Target& target, const Asked& live, const Asked& candidate, Findings& findings) {
  TRY(gather_structures(live, candidate, findings));
  findings.live_whereabouts = TRY(whereabouts(live));
  findings.candidate_whereabouts = TRY(whereabouts(candidate));
  if (live.session) TRY(gather_left_behind(target, *live.session, findings));
  if (!candidate.session) return {};
  TRY(gather_changes(target, candidate, findings));
  if (live.session && target.mode != config::Mode::schema)
    TRY(gather_what_may_be_there(*live.session, *candidate.session, findings));
  for (const config::SqlGuardrail& one : target.guardrails.sql)
    findings.own.push_back(TRY(ask(*candidate.session, one)));
  return {};
}

}  // namespace slipway::swap
