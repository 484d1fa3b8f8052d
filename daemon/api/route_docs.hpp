// What /openapi.json says of each route; the table in routes.cpp names them.
#pragma once

#include "daemon/api/route.hpp"

namespace slipway::api::docs {

inline constexpr Doc livez = {
    .operation = "livez", .tag = "health", .summary = "Is it alive?", .answer = "Alive"};
inline constexpr Doc readyz = {
    .operation = "readyz", .tag = "health", .summary = "Can it work?", .answer = "Ready"};
inline constexpr Doc metrics = {.operation = "metrics",
                                .tag = "health",
                                .summary = "Figures for Prometheus",
                                .text = "Open to whoever asks from this machine itself.",
                                .media = "text/plain"};
inline constexpr Doc openapi_document = {.operation = "openapi", .tag = "docs", .summary = "This document"};
inline constexpr Doc docs_page = {
    .operation = "docs", .tag = "docs", .summary = "The page that shows it", .media = "text/html"};
inline constexpr Doc docs_file = {
    .operation = "docsFile", .tag = "docs", .summary = "What that page loads", .media = "text/javascript"};

inline constexpr Doc order_ingest = {
    .operation = "orderIngest",
    .tag = "jobs",
    .summary = "Build a new snapshot",
    .text =
        "Answers at once with the job; watch it at `/api/jobs/{id}`. `promote: true`, and a pipeline with "
        "`promote: auto`, need the role promote.",
    .body = "IngestOrder",
    .status = 202,
    .answer = "Job",
    .errors = "409",
    .keyed = true};
inline constexpr Doc order_promote = {
    .operation = "orderPromotion",
    .tag = "jobs",
    .summary = "Make a snapshot live",
    .text = "The job succeeds only where its receipt, its `result`, says promoted or unchanged.",
    .body = "PromoteOrder",
    .status = 202,
    .answer = "Job",
    .errors = "409",
    .keyed = true};
inline constexpr Doc order_rollback = {
    .operation = "orderRollback",
    .tag = "jobs",
    .summary = "Make what was live before live again",
    .text = "The job succeeds only where its receipt, its `result`, says promoted or unchanged.",
    .body = "RollbackOrder",
    .status = 202,
    .answer = "Job",
    .errors = "409",
    .keyed = true};
inline constexpr Doc order_prune = {.operation = "orderPruning",
                                    .tag = "jobs",
                                    .summary = "Remove the snapshots that retention lets go",
                                    .text = "Live, previous, pinned and adopted ones always stay.",
                                    .body = "PruneOrder",
                                    .status = 202,
                                    .answer = "Job",
                                    .errors = "409",
                                    .keyed = true};
inline constexpr Doc list_jobs = {.operation = "listJobs",
                                  .tag = "jobs",
                                  .summary = "Jobs, newest first",
                                  .query = "kind pipeline target state limit cursor",
                                  .answer = "JobPage"};
inline constexpr Doc show_job = {
    .operation = "showJob", .tag = "jobs", .summary = "One job", .answer = "Job"};
inline constexpr Doc cancel_job = {
    .operation = "cancelJob",
    .tag = "jobs",
    .summary = "End a job",
    .text =
        "One that waits ends at once, one that runs within seconds. What promotes needs the role promote.",
    .status = 202,
    .answer = "Job",
    .errors = "409"};
inline constexpr Doc retry_job = {
    .operation = "retryJob",
    .tag = "jobs",
    .summary = "Order the same again",
    .text =
        "A new job with the order of one that failed or was cut short. What promotes needs the role promote.",
    .status = 202,
    .answer = "Job",
    .errors = "400 409",
    .keyed = true};
inline constexpr Doc job_events = {.operation = "watchJob",
                                   .tag = "jobs",
                                   .summary = "What a job says, as it says it",
                                   .text =
                                       "Server-sent events `state`, `phase`, `progress` and `line`, "
                                       "numbered; with `Last-Event-ID` it goes on "
                                       "after that one. Ends with the job; 204 where there is nothing more.",
                                   .media = "text/event-stream",
                                   .errors = "400"};

inline constexpr Doc login = {
    .operation = "signIn",
    .tag = "sign-in",
    .summary = "Sign in with ORCID",
    .text = "For browsers: goes to the sign-in service, and comes back to the page that `return` names.",
    .query = "return",
    .status = 302,
    .errors = "400 404 429 503"};
inline constexpr Doc callback = {.operation = "signInCallback",
                                 .tag = "sign-in",
                                 .summary = "Where the sign-in service sends the browser back to",
                                 .text = "With the `state` that /auth/login gave the browser, once.",
                                 .query = "code iss error",
                                 .status = 302,
                                 .errors = "400 401 403 404"};
inline constexpr Doc logout = {.operation = "signOut",
                               .tag = "sign-in",
                               .summary = "Sign out",
                               .text = "With a session it needs its CSRF token, as every change does.",
                               .status = 204,
                               .errors = "403"};
inline constexpr Doc exchange = {.operation = "exchangeIdToken",
                                 .tag = "sign-in",
                                 .summary = "A token for a script that holds an ORCID id_token",
                                 .text = "It lives an hour and holds what the person holds.",
                                 .body = "IdToken",
                                 .status = 201,
                                 .answer = "NewToken",
                                 .errors = "401 403 404"};
inline constexpr Doc me = {.operation = "me", .tag = "sign-in", .summary = "Who asks", .answer = "Me"};

inline constexpr Doc list_tokens = {.operation = "listTokens",
                                    .tag = "tokens",
                                    .summary = "API tokens, without their texts",
                                    .text = "One's own; for admins everybody's.",
                                    .answer = "TokenList"};
inline constexpr Doc create_token = {
    .operation = "createToken",
    .tag = "tokens",
    .summary = "Make a token; it is shown this once",
    .text = "It never holds more than its maker, and ends when the maker leaves the allow-list.",
    .body = "TokenOrder",
    .status = 201,
    .answer = "NewToken",
    .errors = "409"};
inline constexpr Doc revoke_token = {.operation = "revokeToken",
                                     .tag = "tokens",
                                     .summary = "End a token, and those that it made",
                                     .answer = "Token"};
inline constexpr Doc list_allowed = {.operation = "listAllowed",
                                     .tag = "allow-list",
                                     .summary = "Who may sign in, and what they may do",
                                     .answer = "AllowList"};
inline constexpr Doc allow_person = {.operation = "allow",
                                     .tag = "allow-list",
                                     .summary = "Let a person in, or give them another role",
                                     .body = "AllowOrder",
                                     .answer = "Allowed",
                                     .errors = "409"};
inline constexpr Doc disallow_person = {.operation = "disallow",
                                        .tag = "allow-list",
                                        .summary = "Let a person in no longer",
                                        .text = "Their sessions and tokens end with it.",
                                        .answer = "Allowed",
                                        .errors = "409"};
inline constexpr Doc list_audit = {.operation = "audit",
                                   .tag = "audit",
                                   .summary = "Who did what, newest first",
                                   .query = "actor action limit cursor",
                                   .answer = "AuditPage"};

inline constexpr Doc list_targets = {.operation = "listTargets",
                                     .tag = "targets",
                                     .summary = "Every target, with what is live",
                                     .answer = "TargetList"};
inline constexpr Doc show_target = {.operation = "showTarget",
                                    .tag = "targets",
                                    .summary = "What is live, what was before, what is ready",
                                    .answer = "TargetStatus"};
inline constexpr Doc list_snapshots = {.operation = "listSnapshots",
                                       .tag = "targets",
                                       .summary = "Every snapshot of a target",
                                       .query = "snapshots:state",
                                       .answer = "SnapshotList"};
inline constexpr Doc show_diff = {.operation = "showDiff",
                                  .tag = "targets",
                                  .summary = "What would change for those who read",
                                  .text =
                                      "Compares rows and structure with live. A snapshot that lies frozen is "
                                      "started for it, and the target is held meanwhile.",
                                  .query = "snapshot against",
                                  .answer = "Diff",
                                  .errors = "409"};
inline constexpr Doc show_plan = {.operation = "showPlan",
                                  .tag = "targets",
                                  .summary = "What a promotion would do, and whether it may",
                                  .query = "snapshot allow",
                                  .answer = "Plan",
                                  .errors = "409"};
inline constexpr Doc show_history = {.operation = "showHistory",
                                     .tag = "targets",
                                     .summary = "Every promotion, newest first",
                                     .query = "history:cursor limit",
                                     .answer = "History"};
inline constexpr Doc pin_snapshot = {.operation = "pinSnapshot",
                                     .tag = "targets",
                                     .summary = "Keep a snapshot, whatever retention says",
                                     .status = 204,
                                     .errors = "409"};
inline constexpr Doc unpin_snapshot = {.operation = "unpinSnapshot",
                                       .tag = "targets",
                                       .summary = "Leave it to retention again",
                                       .status = 204,
                                       .errors = "409"};

}  // namespace slipway::api::docs
