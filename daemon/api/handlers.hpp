// The functions that the table of routes names.
#pragma once

#include "daemon/api/route.hpp"

namespace slipway::api {

Result<http::Response> livez(Call& call);
Result<http::Response> readyz(Call& call);
Result<http::Response> order_ingest(Call& call);
Result<http::Response> list_jobs(Call& call);
Result<http::Response> show_job(Call& call);
Result<http::Response> cancel_job(Call& call);
Result<http::Response> retry_job(Call& call);
Result<http::Response> job_events(Call& call);
Result<http::Response> openapi_document(Call& call);
Result<http::Response> docs_page(Call& call);
Result<http::Response> docs_file(Call& call);

}  // namespace slipway::api
