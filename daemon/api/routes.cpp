// The table of routes.
#include "daemon/api/handlers.hpp"
#include "daemon/api/route_docs.hpp"

namespace slipway::api {
namespace {

using auth::Role;

constexpr std::size_t no_body = 0;
constexpr std::size_t small_body = 32 << 10;
constexpr std::size_t order_body = 1 << 20;

constexpr Route table[] = {
    {"POST", "/api/jobs/ingest", Role::ingest, Needs::session, order_body, order_ingest, docs::order_ingest},
    {"POST", "/api/jobs/promote", Role::promote, Needs::session, order_body, order_promote,
     docs::order_promote},
    {"POST", "/api/jobs/rollback", Role::promote, Needs::session, order_body, order_rollback,
     docs::order_rollback},
    {"POST", "/api/jobs/prune", Role::promote, Needs::session, order_body, order_prune, docs::order_prune},
    {"GET", "/api/jobs", Role::read, Needs::session, no_body, list_jobs, docs::list_jobs},
    {"GET", "/api/jobs/{id}", Role::read, Needs::session, no_body, show_job, docs::show_job},
    {"POST", "/api/jobs/{id}/cancel", Role::ingest, Needs::session, order_body, cancel_job, docs::cancel_job},
    {"POST", "/api/jobs/{id}/retry", Role::ingest, Needs::session, order_body, retry_job, docs::retry_job},
    {"GET", "/api/jobs/{id}/events", Role::read, Needs::session, no_body, job_events, docs::job_events},

    {"GET", "/api/targets", Role::read, Needs::session, no_body, list_targets, docs::list_targets},
    {"GET", "/api/targets/{target}", Role::read, Needs::session, no_body, show_target, docs::show_target},
    {"GET", "/api/targets/{target}/snapshots", Role::read, Needs::session, no_body, list_snapshots,
     docs::list_snapshots},
    {"GET", "/api/targets/{target}/diff", Role::read, Needs::session, no_body, show_diff, docs::show_diff},
    {"GET", "/api/targets/{target}/plan", Role::read, Needs::session, no_body, show_plan, docs::show_plan},
    {"GET", "/api/targets/{target}/history", Role::read, Needs::session, no_body, show_history,
     docs::show_history},
    {"PUT", "/api/targets/{target}/snapshots/{snapshot}/pin", Role::promote, Needs::session, order_body,
     pin_snapshot, docs::pin_snapshot},
    {"DELETE", "/api/targets/{target}/snapshots/{snapshot}/pin", Role::promote, Needs::session, no_body,
     unpin_snapshot, docs::unpin_snapshot},

    {"GET", "/auth/login", {}, Needs::session, no_body, login, docs::login},
    {"GET", "/auth/callback", {}, Needs::session, no_body, callback, docs::callback},
    {"POST", "/auth/logout", {}, Needs::session, small_body, logout, docs::logout},
    {"POST", "/auth/exchange", {}, Needs::session, small_body, exchange, docs::exchange},
    {"GET", "/api/me", Role::read, Needs::session, no_body, me, docs::me},
    {"GET", "/api/tokens", Role::read, Needs::session, no_body, list_tokens, docs::list_tokens},
    {"POST", "/api/tokens", Role::read, Needs::session, small_body, create_token, docs::create_token},
    {"DELETE", "/api/tokens/{token}", Role::read, Needs::session, small_body, revoke_token,
     docs::revoke_token},
    {"GET", "/api/allow", Role::admin, Needs::session, no_body, list_allowed, docs::list_allowed},
    {"POST", "/api/allow", Role::admin, Needs::session, small_body, allow_person, docs::allow_person},
    {"DELETE", "/api/allow/{orcid}", Role::admin, Needs::session, small_body, disallow_person,
     docs::disallow_person},
    {"GET", "/api/audit", Role::admin, Needs::session, no_body, list_audit, docs::list_audit},

    {"GET", "/livez", {}, Needs::nothing, no_body, livez, docs::livez},
    {"GET", "/readyz", {}, Needs::session, no_body, readyz, docs::readyz},
    {"GET", "/metrics", Role::read, Needs::session, no_body, metrics, docs::metrics, Open::on_loopback},
    {"GET", "/openapi.json", {}, Needs::nothing, no_body, openapi_document, docs::openapi_document},
    {"GET", "/docs", {}, Needs::nothing, no_body, docs_page, docs::docs_page},
    {"GET", "/docs/{file}", {}, Needs::nothing, no_body, docs_file, docs::docs_file},
};

}  // namespace

std::span<const Route> routes() {
  return table;
}

}  // namespace slipway::api
