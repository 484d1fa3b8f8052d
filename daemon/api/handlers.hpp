// The functions that the table of routes names.
#pragma once

#include "daemon/api/route.hpp"

namespace slipway::api {

Result<http::Response> livez(Call& call);
Result<http::Response> readyz(Call& call);
Result<http::Response> order_ingest(Call& call);
Result<http::Response> order_promote(Call& call);
Result<http::Response> order_rollback(Call& call);
Result<http::Response> order_prune(Call& call);
Result<http::Response> list_jobs(Call& call);
Result<http::Response> show_job(Call& call);
Result<http::Response> cancel_job(Call& call);
Result<http::Response> retry_job(Call& call);
Result<http::Response> job_events(Call& call);
Result<http::Response> list_targets(Call& call);
Result<http::Response> show_target(Call& call);
Result<http::Response> list_snapshots(Call& call);
Result<http::Response> show_diff(Call& call);
Result<http::Response> show_plan(Call& call);
Result<http::Response> show_history(Call& call);
Result<http::Response> pin_snapshot(Call& call);
Result<http::Response> unpin_snapshot(Call& call);
Result<http::Response> metrics(Call& call);
Result<http::Response> openapi_document(Call& call);
Result<http::Response> docs_page(Call& call);
Result<http::Response> docs_file(Call& call);
Result<http::Response> login(Call& call);
Result<http::Response> callback(Call& call);
Result<http::Response> logout(Call& call);
Result<http::Response> exchange(Call& call);
Result<http::Response> me(Call& call);
Result<http::Response> list_tokens(Call& call);
Result<http::Response> create_token(Call& call);
Result<http::Response> revoke_token(Call& call);
Result<http::Response> list_allowed(Call& call);
Result<http::Response> allow_person(Call& call);
Result<http::Response> disallow_person(Call& call);
Result<http::Response> list_audit(Call& call);

}  // namespace slipway::api
