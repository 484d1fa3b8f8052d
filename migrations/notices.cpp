#include "migrations/notices.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace slipway::notices {
namespace {

constexpr Seconds first_pause{10};
constexpr Seconds longest_pause{3600};

std::string array_of(const std::vector<std::string>& texts) {
  return nlohmann::json(texts).dump();
}

}  // namespace

std::string_view name(Level level) {
  switch (level) {
    case Level::error:
      return "error";
    case Level::info:
      return "info";
    case Level::verbose:
      return "verbose";
  }
  return "info";
}

Seconds pause_after(int tries) {
  const int doublings = std::clamp(tries - 1, 0, 10);
  return std::min(longest_pause, first_pause * (1 << doublings));
}

Done enter(pg::Session& session, const Event& event, const std::vector<Receiver>& receivers) {
  for (const Receiver& receiver : receivers) {
    if (event.level > receiver.level) continue;
    TRY(session.query(
        "insert into slipway.notices (channel, subject, kind, level, event)"
        " values ($1, $2, $3, $4, $5) on conflict (channel, subject) do nothing",
        {receiver.channel, event.subject, event.kind, std::string(name(event.level)), event.json}));
  }
  return {};
}

Result<std::vector<std::string>> take_ended_jobs(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(
      "with ended as (update slipway.jobs set told_at = now() where finished_at is not null"
      " and told_at is null returning *)"
      " select jsonb_build_object('job', id, 'kind', kind, 'pipeline', pipeline, 'target', target,"
      " 'state', state, 'actor', actor, 'finished_at', finished_at, 'error', error, 'result', result)"
      " from ended where finished_at > now() - make_interval(secs => $1) order by finished_at, id",
      {std::to_string(too_old.count())}));
  std::vector<std::string> jobs;
  for (int row = 0; row < rows.size(); ++row) jobs.push_back(rows.string(row, 0));
  return jobs;
}

Result<std::optional<Waiting>> take(pg::Session& session, const std::vector<std::string>& channels) {
  const pg::Rows rows = TRY(session.query(
      "update slipway.notices set tries = tries + 1, next_try_at = now() + interval '60 s' where id ="
      " (select id from slipway.notices where sent_at is null and given_up_at is null"
      " and next_try_at <= now() and channel in (select jsonb_array_elements_text($1::jsonb))"
      " order by created_at, id limit 1 for update skip locked)"
      " returning id, channel, kind, level, event, tries",
      {array_of(channels)}));
  if (rows.empty()) return std::optional<Waiting>();
  return std::optional(Waiting{rows.string(0, 0), rows.string(0, 1), rows.string(0, 2), rows.string(0, 3),
                               rows.string(0, 4), static_cast<int>(rows.number(0, 5))});
}

Done record_sent(pg::Session& session, const Waiting& notice) {
  TRY(session.query(
      "update slipway.notices set sent_at = now(), given_up_at = null, trouble = null where id = $1",
      {notice.id}));
  return {};
}

Done record_failed(pg::Session& session, const Waiting& notice, const std::string& trouble) {
  TRY(
      session.query("update slipway.notices set trouble = $2,"
                    " next_try_at = now() + make_interval(secs => $3),"
                    " given_up_at = case when $4 then now() end"
                    " where id = $1 and sent_at is null",
                    {notice.id, trouble, std::to_string(pause_after(notice.tries).count()),
                     notice.tries >= most_tries ? "true" : "false"}));
  return {};
}

Result<std::vector<Trouble>> troubles(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(
      "select channel, count(*) filter (where given_up_at is null), count(given_up_at),"
      " (array_agg(trouble order by created_at desc))[1] from slipway.notices"
      " where sent_at is null and trouble is not null"
      " and coalesce(given_up_at, now()) > now() - interval '7 days' group by channel order by channel"));
  std::vector<Trouble> found;
  for (int row = 0; row < rows.size(); ++row)
    found.push_back({rows.string(row, 0), rows.number(row, 1), rows.number(row, 2), rows.string(row, 3)});
  return found;
}

Result<std::vector<std::string>> clear_old(pg::Session& session) {
  const pg::Rows rows = TRY(
      session.query("update slipway.notices set given_up_at = now(),"
                    " trouble = coalesce(trouble, 'its channel is not in the config') where sent_at is null"
                    " and given_up_at is null and created_at < now() - interval '3 days'"
                    " returning subject || ' to ' || channel || ': ' || trouble"));
  TRY(session.query("delete from slipway.notices where created_at < now() - interval '90 days'"));
  std::vector<std::string> lost;
  for (int row = 0; row < rows.size(); ++row) lost.push_back(rows.string(row, 0));
  return lost;
}

}  // namespace slipway::notices
