// What /openapi.json says of each route; the table in routes.cpp names them.
#pragma once

#include "daemon/api/route.hpp"

namespace slipway::api::docs {

inline constexpr Doc livez = {
    .operation = "livez", .tag = "health", .summary = "Is it alive?", .answer = "Alive"};
inline constexpr Doc readyz = {
    .operation = "readyz", .tag = "health", .summary = "Can it work?", .answer = "Ready"};
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
inline constexpr Doc list_jobs = {.operation = "listJobs",
                                  .tag = "jobs",
                                  .summary = "Jobs, newest first",
                                  .query = "pipeline state limit cursor",
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
    .errors = "409"};
inline constexpr Doc job_events = {.operation = "watchJob",
                                   .tag = "jobs",
                                   .summary = "What a job says, as it says it",
                                   .text =
                                       "Server-sent events `state`, `phase`, `progress` and `line`, "
                                       "numbered; with `Last-Event-ID` it goes on "
                                       "after that one. Ends with the job; 204 where there is nothing more.",
                                   .media = "text/event-stream",
                                   .errors = "400"};

}  // namespace slipway::api::docs
