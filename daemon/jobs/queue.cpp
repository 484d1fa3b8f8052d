#include "daemon/jobs/queue.hpp"

#include "daemon/jobs/events.hpp"
#include "daemon/jobs/listing.hpp"
#include "migrations/audit.hpp"

namespace slipway::jobs {
namespace {

pg::Parameter or_null(const std::string& text) {
  return text.empty() ? pg::Parameter() : pg::Parameter(text);
}

Done state_event(pg::Session& session, long long job, State state) {
  return append_event(session, job, "state", event_data("state", std::string(name(state))));
}

// Those that stand in the way of one of that kind: the indexes one_build_per_target and one_swap_per_target
// say the same.
std::string_view same_lane(std::string_view kind) {
  if (kind == "promote" || kind == "rollback") return "('promote', 'rollback')";
  return kind == "prune" ? "('prune')" : "('ingest')";
}

std::string_view kinds_of(Lane lane) {
  switch (lane) {
    case Lane::build:
      return "('ingest')";
    case Lane::promotion:
      return "('promote', 'rollback')";
    case Lane::prune:
      return "('prune')";
  }
  return "()";
}

std::string_view doing(std::string_view kind) {
  if (kind == "promote") return "promotes";
  if (kind == "rollback") return "rolls back";
  return kind == "prune" ? "prunes" : "is building";
}

// Nothing where another one stands in the way.
Result<std::optional<Job>> insert(pg::Session& session, const NewJob& wanted, const std::string& worker) {
  static const std::string sql = fmt::format(
      "insert into slipway.jobs (kind, pipeline, target, home, params, actor, retry_of, state, worker,"
      " started_at, heartbeat_at)"
      " values ($1, $2, $3, $4, $5, $6, $7, case when $8::jsonb is null then 'queued' else 'running' end, $8,"
      " case when $8::jsonb is not null then now() end, case when $8::jsonb is not null then now() end)"
      " on conflict do nothing returning {}",
      job_columns);
  const pg::Rows rows = TRY(session.query(
      sql,
      {wanted.kind, or_null(wanted.pipeline), wanted.target, or_null(wanted.home), wanted.params,
       wanted.actor, wanted.retry_of == 0 ? pg::Parameter() : pg::Parameter(std::to_string(wanted.retry_of)),
       or_null(worker)}));
  if (rows.empty()) return std::optional<Job>();
  return std::optional<Job>(TRY(job_from_row(rows, 0)));
}

Result<std::optional<Job>> holder_of(pg::Session& session, const NewJob& wanted) {
  const pg::Rows rows = TRY(session.query(
      fmt::format("select {} from slipway.jobs where kind in {} and state in ('queued', 'running')"
                  " and coalesce(home, '') = $1 and target = $2",
                  job_columns, same_lane(wanted.kind)),
      {wanted.home, wanted.target}));
  if (rows.empty()) return std::optional<Job>();
  return std::optional<Job>(TRY(job_from_row(rows, 0)));
}

Done audit_entry(pg::Session& session, const NewJob& wanted, const Entry& entry) {
  return audit::record(session, {wanted.actor, "job." + wanted.kind,
                                 fmt::format("job {}, target {}", entry.job.id, wanted.target), wanted.origin,
                                 entry.accepted ? "accepted" : "busy", wanted.params});
}

Result<Entry> enter(pg::Session& session, const NewJob& wanted, const std::string& worker) {
  // The job that is in the way may end between the two statements: then there is room for ours.
  for (int attempt = 0; attempt < 5; ++attempt) {
    std::optional<Job> made = TRY(insert(session, wanted, worker));
    if (made) {
      TRY(state_event(session, made->id, made->state));
      const Entry entry{std::move(*made), true};
      TRY(audit_entry(session, wanted, entry));
      return entry;
    }
    std::optional<Job> holder = TRY(holder_of(session, wanted));
    if (!holder) continue;
    const Entry entry{std::move(*holder), false};
    TRY(audit_entry(session, wanted, entry));
    return entry;
  }
  return error(Kind::busy, "other jobs keep holding the target {}", wanted.target)
      .next("Try again in a moment.");
}

}  // namespace

Result<Entry> enqueue(pg::Session& session, const NewJob& wanted) {
  return enter(session, wanted, {});
}

Result<Entry> enter_claimed(pg::Session& session, const NewJob& wanted, const WorkerId& worker) {
  return enter(session, wanted, to_json(worker));
}

Error held_by(const Job& holder) {
  return error(Kind::busy, "job {} ({}, by {}) {} the target {} already", holder.id, name(holder.state),
               holder.actor, doing(holder.kind), holder.target)
      .next(fmt::format("Watch it with `slipway jobs show {0}`, or end it with `slipway jobs cancel {0}`.",
                        holder.id));
}

Result<std::optional<Job>> claim(pg::Session& session, const std::string& home, const WorkerId& worker,
                                 Lane lane) {
  const std::string sql = fmt::format(
      "update slipway.jobs set state = 'running', started_at = now(), heartbeat_at = now(), worker = $2"
      " where id = (select id from slipway.jobs where state = 'queued' and kind in {}"
      " and (home is null or home = $1) order by id for update skip locked limit 1) returning {}",
      kinds_of(lane), job_columns);
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Rows rows = TRY(session.query(sql, {home, to_json(worker)}));
  if (rows.empty()) return std::optional<Job>();
  Job job = TRY(job_from_row(rows, 0));
  TRY(state_event(session, job.id, job.state));
  TRY(transaction.commit());
  return std::optional<Job>(std::move(job));
}

Result<Beat> beat(pg::Session& session, long long job, const WorkerId& worker) {
  const pg::Rows rows = TRY(session.query(
      "update slipway.jobs set heartbeat_at = now() where id = $1 and state = 'running' and worker = $2"
      " returning cancel_requested",
      {std::to_string(job), to_json(worker)}));
  if (rows.empty()) return Beat{false, false};
  return Beat{true, rows.truth(0, 0)};
}

Done write_progress(pg::Session& session, long long job, const WorkerId& worker,
                    const std::string& progress) {
  TRY(session.query(
      "update slipway.jobs set progress = $3 where id = $1 and state = 'running' and worker = $2",
      {std::to_string(job), to_json(worker), progress}));
  return append_event(session, job, "progress", progress);
}

Result<Job> cancel(pg::Session& session, long long id, const std::string& actor, const std::string& origin) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  Job job = TRY(find_job(session, id, "for update"));
  if (final(job.state))
    return error(Kind::refused, "job {} has ended already: it is {}", id, name(job.state));
  if (job.kind != "ingest" && job.state == State::running)
    return error(Kind::refused, "job {} runs, and what {} a target is not cut short", id, doing(job.kind))
        .next("It ends within the target's deadline; then a rollback takes it back.");
  const std::string sql = fmt::format(
      "update slipway.jobs set cancel_requested = true, state = case state when 'queued' then 'cancelled' "
      "else state"
      " end, finished_at = case state when 'queued' then now() end where id = $1 returning {}",
      job_columns);
  job = TRY(job_from_row(TRY(session.query(sql, {std::to_string(id)})), 0));
  if (final(job.state)) TRY(state_event(session, id, job.state));
  TRY(audit::record(session, {actor, "job.cancel", fmt::format("job {}", id), origin, "accepted"}));
  TRY(transaction.commit());
  return job;
}

Result<Entry> retry(pg::Session& session, long long id, const std::string& actor, const std::string& origin) {
  const Job old = TRY(find_job(session, id));
  if (!final(old.state)) return error(Kind::refused, "job {} is still {}", id, name(old.state));
  if (old.state == State::succeeded)
    return error(Kind::refused, "job {} has succeeded; there is nothing to retry", id)
        .next("Order a new one.");
  const NewJob again{old.kind, old.pipeline, old.target, old.home, old.params, actor, origin, id};
  return enqueue(session, again);
}

Done finish(pg::Session& session, long long id, const WorkerId& worker, const Ending& ending) {
  pg::Transaction transaction = TRY(pg::Transaction::begin(session));
  const pg::Rows rows = TRY(session.query(
      fmt::format("update slipway.jobs set state = $3, finished_at = now(), result = $4, error = $5"
                  " where id = $1 and worker = $2 and state in {} returning id",
                  states_before(ending.state)),
      {std::to_string(id), to_json(worker), std::string(name(ending.state)), or_null(ending.result),
       or_null(ending.error)}));
  if (rows.empty()) {
    const Job job = TRY(find_job(session, id));
    if (job.state == ending.state && TRY(worker_from_json(job.worker)) == worker) return {};
    return fail("job {} is no longer ours: it is {} since {}", id, name(job.state), job.finished_at);
  }
  TRY(state_event(session, id, ending.state));
  return transaction.commit();
}

}  // namespace slipway::jobs
