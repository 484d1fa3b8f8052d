#include "daemon/jobs/rescue.hpp"

#include "daemon/jobs/events.hpp"
#include "daemon/jobs/queue.hpp"
#include "daemon/jobs/state.hpp"

namespace slipway::jobs {
namespace {

Result<bool> interrupt(pg::Session& session, long long id, const std::string& worker,
                       const std::string& why) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Rows rows = TRY(session.query(
      fmt::format("update slipway.jobs set state = 'interrupted', finished_at = now(), error = $3"
                  " where id = $1 and worker = $2 and state in {} returning id",
                  states_before(State::interrupted)),
      {std::to_string(id), worker, why}));
  if (rows.empty()) return false;
  TRY(append_event(session, id, "line", event_data("text", why)));
  TRY(append_event(session, id, "state", event_data("state", "interrupted")));
  TRY(transaction.commit());
  return true;
}

}  // namespace

std::optional<std::string> verdict(Life life, Millis silent) {
  if (life == Life::dead) return "the process that ran it has died";
  if (silent > heartbeat_expiry)
    return fmt::format("its worker has not been heard of for {} s",
                       std::chrono::duration_cast<Seconds>(silent).count());
  return std::nullopt;
}

Result<std::vector<long long>> rescue(pg::Session& session) {
  // While the control database itself was down nobody could be heard: silence counts from its start.
  const pg::Rows rows =
      TRY(session.query("select id, worker, (extract(epoch from now() - greatest(heartbeat_at, "
                        "pg_postmaster_start_time())) * 1000)"
                        "::bigint from slipway.jobs where state = 'running'"));
  std::vector<long long> rescued;
  for (int row = 0; row < rows.size(); ++row) {
    const WorkerId worker = TRY(worker_from_json(rows.string(row, 1)));
    const auto why = verdict(life_of(worker), Millis(rows.number(row, 2)));
    if (why && TRY(interrupt(session, rows.number(row, 0), rows.string(row, 1), *why)))
      rescued.push_back(rows.number(row, 0));
  }
  return rescued;
}

Result<std::vector<long long>> order_again(pg::Session& session, const std::string& home) {
  constexpr std::string_view sql = R"(
with recursive line(id, first, retry_of, attempts) as (
  select id, id, retry_of, 1 from slipway.jobs j
  where kind = 'ingest' and state = 'interrupted' and home = $1 and not cancel_requested
    and finished_at > now() - interval '1 day'
    and not exists (select from slipway.jobs later where later.kind = 'ingest' and later.target = j.target
                    and later.home = j.home and later.id > j.id)
  union all
  select j.id, line.first, j.retry_of, line.attempts + 1 from line join slipway.jobs j on j.id = line.retry_of
  where j.state = 'interrupted')
select first, j.actor from line join slipway.jobs j on j.id = first group by first, j.actor having max(attempts) <= 3
)";
  const pg::Rows rows = TRY(session.query(sql, {home}));
  std::vector<long long> ordered;
  for (int row = 0; row < rows.size(); ++row) {
    const Entry entry = TRY(retry(session, rows.number(row, 0), rows.string(row, 1), "slipway serve"));
    if (entry.accepted) ordered.push_back(entry.job.id);
  }
  return ordered;
}

}  // namespace slipway::jobs
