#include "daemon/jobs/events.hpp"

#include <nlohmann/json.hpp>

namespace slipway::jobs {

// The number comes from the job's own row, whose lock makes writers of one job follow each other.
Done append_event(pg::Session& session, long long job, const std::string& kind, const std::string& data) {
  TRY(session.query(
      "with next as (update slipway.jobs set last_event = last_event + 1 where id = $1"
      " returning last_event)"
      " insert into slipway.job_events (job, id, kind, data) select $1, last_event, $2, $3 from next",
      {std::to_string(job), kind, data}));
  return {};
}

Result<std::vector<Event>> events_after(pg::Session& session, long long job, long long after, int limit) {
  const pg::Rows rows = TRY(session.query(
      "select id, to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), kind, data"
      " from slipway.job_events where job = $1 and id > $2 order by id limit $3",
      {std::to_string(job), std::to_string(after), std::to_string(limit)}));
  std::vector<Event> events;
  for (int row = 0; row < rows.size(); ++row)
    events.push_back({rows.number(row, 0), rows.string(row, 1), rows.string(row, 2), rows.string(row, 3)});
  return events;
}

std::string event_data(const std::string& name, const std::string& text) {
  using Json = nlohmann::ordered_json;
  // Texts may quote bytes of the data: PostgreSQL takes neither broken UTF-8 nor NUL in jsonb.
  std::string clean = text;
  std::erase(clean, '\0');
  return Json{{name, clean}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace slipway::jobs
