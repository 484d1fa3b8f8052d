// How the building of a snapshot begins: empty, as a copy of live, or where a builder that died had come to;
// and what the build is then asked to do.
#pragma once

#include "daemon/jobs/ingest_job.hpp"
#include "swap/engine.hpp"
#include "swap/promote/look_ahead.hpp"

namespace slipway::jobs {

// Where a promotion follows it would fail for sure; where one may follow later there is time to mend it.
Done look_ahead(const swap::Context& context, swap::Engine& engine, bool promotes,
                ingest::Observer& observer);

// Of live, where the pipeline begins with that; empty: it is to begin empty.
Result<std::string> live_to_begin_with(const config::Pipeline& pipeline, swap::Engine& engine,
                                       ingest::Observer& observer);
Result<swap::Build> begin(swap::Engine& engine, const swap::BuildOrder& wanted, const std::string& copy_of);

// The ledger knows of tables that files fill in an empty snapshot. A copy of live, and what queries make of
// their sources, is begun anew.
bool can_go_on(const config::Pipeline& pipeline, const std::string& copy_of);
Result<swap::Build> take_over_or_begin(const IngestContext& context, const config::Pipeline& pipeline,
                                       swap::Engine& engine, const swap::BuildOrder& wanted,
                                       const std::string& copy_of, const IngestOrder& order,
                                       ingest::Observer& observer);
// After its server was lost: true if it runs again and the build can go on. One that cannot be started, or is
// none of ours, is left to the error that told of it.
Result<bool> bring_back(const IngestContext& context, const config::Pipeline& pipeline, swap::Engine& engine,
                        swap::Build& build, const IngestOrder& order, ingest::Observer& observer);

// What the build of that snapshot is asked to do. What it refers to must outlive it.
ingest::Request request_for(const config::Config& config, const config::Pipeline& pipeline,
                            const swap::Build& build, const IngestOrder& order);
// Where its queries find live; nothing where none asks, or nothing is live.
Result<std::optional<ingest::LivePlace>> live_for_queries(const IngestContext& context,
                                                          const config::Pipeline& pipeline,
                                                          swap::Engine& engine,
                                                          const ingest::Request& request);

}  // namespace slipway::jobs
