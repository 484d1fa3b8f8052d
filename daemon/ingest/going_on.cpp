#include "daemon/ingest/going_on.hpp"

#include "base/config/config.hpp"
#include "daemon/ingest/load/load.hpp"

namespace slipway::ingest {
namespace {

// The first file that is no longer what these parts were read from; empty: all are.
std::string changed_file(const std::vector<LedgerPart>& parts, const std::vector<Input>& inputs) {
  std::size_t known = 0;
  for (const LedgerPart& part : parts)
    for (const FilePart& one : part.files) {
      known = std::max(known, one.file + 1);
      const Input* now = one.file < inputs.size() ? &inputs[one.file] : nullptr;
      if (now == nullptr || now->path.string() != one.path || now->bytes != one.bytes ||
          now->mtime_ns != one.mtime_ns)
        return one.path;
    }
  return complete(parts) && known < inputs.size() ? inputs[known].path.string() : std::string();
}

std::vector<Input> inputs_in(const TablePlan& plan) {
  std::vector<Input> inputs;
  for (const PlannedFile& file : plan.files) inputs.push_back(file.input);
  return inputs;
}

// While some keys and indexes are on again no table can be loaded anew.
Result<std::string> why_not_go_on_restoring(const Request& request, const Ledger& ledger) {
  for (const config::Table& table : request.pipeline.tables) {
    if (!ledger.structure.indexes.count(table.name)) continue;
    const auto source = request.pipeline.sources.find(table.from);
    const auto parts = ledger.parts.find(table.name);
    if (source == request.pipeline.sources.end() || parts == ledger.parts.end() || !complete(parts->second))
      return fmt::format("table {} would have to be loaded again, and its indexes are on already",
                         table.name);
    const std::string changed =
        changed_file(parts->second, TRY(inputs_of(source->second, request.config.folder)));
    if (!changed.empty()) return fmt::format("{} has changed since", changed);
  }
  return std::string();
}

}  // namespace

Result<std::string> why_not_go_on(const Request& request) {
  Cancellation cancellation{std::stop_token()};
  Connection connection = TRY(Connection::open(request, cancellation));
  const std::optional<Ledger> ledger = TRY(read_ledger(request, connection.session()));
  if (!ledger) return std::string("it had not come to its load, or was about to be finished");
  if (ledger->recipe != TRY(recipe_of(request)))
    return std::string("slipway.yaml, the schema files or what was ordered have changed since");
  if (ledger->restoring) return why_not_go_on_restoring(request, *ledger);
  return std::string();
}

void take_up(const Ledger& ledger, std::vector<TablePlan>& plans, Observer& observer) {
  for (TablePlan& plan : plans) {
    const auto found = ledger.parts.find(plan.table.name);
    if (found == ledger.parts.end() || plan.upstream) continue;
    const std::string changed = changed_file(found->second, inputs_in(plan));
    if (!changed.empty()) {
      observer.line(fmt::format("table {} is loaded anew: {} has changed since the first attempt",
                                plan.table.name, changed));
      continue;
    }
    plan.before = found->second;
    std::int64_t rows = 0;
    for (const LedgerPart& part : plan.before)
      for (const FilePart& file : part.files) rows += file.loaded;
    observer.line(fmt::format("table {}: {} rows in {} part{} are loaded already{}", plan.table.name, rows,
                              plan.before.size(), plan.before.size() == 1 ? "" : "s",
                              complete(plan.before) ? "" : "; it goes on from there"));
  }
}

}  // namespace slipway::ingest
