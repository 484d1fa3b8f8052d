#include "daemon/ingest/report.hpp"

#include "daemon/ingest/columns/digest.hpp"
#include "daemon/ingest/load/table_loads.hpp"
#include "daemon/ingest/trial.hpp"

namespace slipway::ingest {

Report report_of(const std::vector<TablePlan>& plans, const std::vector<LoadOutcome>& outcomes,
                 const SqlStage& queries) {
  Report report;
  Digest fingerprint;
  std::vector<std::string> upstream_inputs;
  std::map<std::string, std::pair<Input, std::string>> inputs;  // by path: a shared file counts once
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const TablePlan& plan = plans[i];
    TableReport& table = report.tables[plan.table.name] = outcomes[i].report;
    table.checksum = outcomes[i].sum;
    table.not_compared = row_sum_of(plan).not_compared();
    if (!plan.upstream) report.read[plan.config->from] = outcomes[i].report.read;
    if (plan.upstream) {
      report.read[plan.config->from] += outcomes[i].report.read;
      upstream_inputs.push_back(fmt::format("{} at {}", plan.upstream->shown, plan.upstream->moment));
      fingerprint.add(fmt::format("{}\n{}\n", plan.upstream->shown, outcomes[i].upstream_digest));
    }
    for (std::size_t file = 0; file < plan.files.size(); ++file)
      inputs.insert_or_assign(plan.files[file].input.path.string(),
                              std::pair(plan.files[file].input, outcomes[i].files[file].digest));
  }
  queries.report(report, inputs, fingerprint);
  for (const auto& [path, input] : inputs) {
    const auto& [file, digest] = input;
    fingerprint.add(fmt::format("{}\n{}\n{}\n", file.shown, file.bytes, digest));
    report.inputs.push_back(fmt::format("{} {} {}", file.shown, file.bytes, file.mtime_ns / 1'000'000'000));
  }
  report.inputs.insert(report.inputs.end(), upstream_inputs.begin(), upstream_inputs.end());
  report.input_fingerprint = fingerprint.hex();
  return report;
}

Result<std::vector<TableEstimate>> estimates_of(pg::Session& session, const std::vector<TablePlan>& plans,
                                                const std::vector<LoadOutcome>& outcomes) {
  std::vector<TableEstimate> estimates;
  for (const std::size_t which : largest_first(plans)) {
    const TablePlan& plan = plans[which];
    const Extent extent = plan.extent();
    const std::int64_t read = outcomes[which].report.read;
    const std::int64_t on_disk = TRY(size_of(session, plan.table));
    TableEstimate estimate{plan.table.name, plan.config->from, extent.rows,
                           extent.exact,    extent.bytes,      on_disk};
    if (extent.rows > read && read > 0)
      estimate.disk_bytes = static_cast<std::int64_t>(
          static_cast<double>(on_disk) / static_cast<double>(read) * static_cast<double>(extent.rows));
    estimates.push_back(std::move(estimate));
  }
  return estimates;
}

}  // namespace slipway::ingest
