#include "daemon/jobs/listing.hpp"

namespace slipway::jobs {

Result<Job> find_job(pg::Session& session, long long id, std::string_view lock) {
  const pg::Rows rows = TRY(session.query(
      fmt::format("select {} from slipway.jobs where id = $1 {}", job_columns, lock), {std::to_string(id)}));
  if (rows.empty()) return error(Kind::usage, "there is no job {}", id).next("`slipway jobs` lists them.");
  return job_from_row(rows, 0);
}

Result<Page> list_jobs(pg::Session& session, const Filter& filter) {
  const pg::Parameter state = filter.state ? pg::Parameter(std::string(name(*filter.state))) : std::nullopt;
  const auto if_any = [](const std::string& text) {
    return text.empty() ? pg::Parameter() : pg::Parameter(text);
  };
  const pg::Parameter before =
      filter.before == 0 ? std::nullopt : pg::Parameter(std::to_string(filter.before));
  // One more than wanted tells whether there is a next page.
  const pg::Rows rows = TRY(
      session.query(fmt::format("select {} from slipway.jobs where ($1::text is null or state = $1)"
                                " and ($2::text is null or pipeline = $2) and ($3::bigint is null or id < $3)"
                                " and ($4::text is null or target = $4) and ($5::text is null or kind = $5)"
                                " order by id desc limit $6",
                                job_columns),
                    {state, if_any(filter.pipeline), before, if_any(filter.target), if_any(filter.kind),
                     std::to_string(filter.limit + 1)}));
  Page page;
  for (int row = 0; row < rows.size() && row < filter.limit; ++row)
    page.jobs.push_back(TRY(job_from_row(rows, row)));
  if (rows.size() > filter.limit) page.next = page.jobs.back().id;
  return page;
}

}  // namespace slipway::jobs
