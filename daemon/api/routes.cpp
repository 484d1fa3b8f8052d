// The table of routes.
#include "daemon/api/handlers.hpp"
#include "daemon/api/route_docs.hpp"

namespace slipway::api {
namespace {

using auth::Role;

constexpr std::size_t no_body = 0;
constexpr std::size_t order_body = 1 << 20;

constexpr Route table[] = {
    {"GET", "/livez", {}, Needs::nothing, no_body, livez, docs::livez},
    {"GET", "/readyz", {}, Needs::session, no_body, readyz, docs::readyz},
    {"GET", "/openapi.json", {}, Needs::nothing, no_body, openapi_document, docs::openapi_document},
    {"GET", "/docs", {}, Needs::nothing, no_body, docs_page, docs::docs_page},
    {"GET", "/docs/{file}", {}, Needs::nothing, no_body, docs_file, docs::docs_file},

    {"POST", "/api/jobs/ingest", Role::ingest, Needs::session, order_body, order_ingest, docs::order_ingest},
    {"GET", "/api/jobs", Role::read, Needs::session, no_body, list_jobs, docs::list_jobs},
    {"GET", "/api/jobs/{id}", Role::read, Needs::session, no_body, show_job, docs::show_job},
    {"POST", "/api/jobs/{id}/cancel", Role::ingest, Needs::session, order_body, cancel_job, docs::cancel_job},
    {"POST", "/api/jobs/{id}/retry", Role::ingest, Needs::session, order_body, retry_job, docs::retry_job},
    {"GET", "/api/jobs/{id}/events", Role::read, Needs::session, no_body, job_events, docs::job_events},
};

}  // namespace

std::span<const Route> routes() {
  return table;
}

}  // namespace slipway::api
