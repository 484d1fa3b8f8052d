#include "daemon/ingest/reuse/reuse.hpp"

#include <algorithm>
#include <fstream>

#include "base/version.hpp"
#include "daemon/ingest/columns/digest.hpp"

namespace slipway::ingest {
namespace {

// With more than that to read, loading the table anew with its indexes off is quicker.
constexpr std::int64_t worthwhile_part = 4;
// Half of the circle of transaction ids, and a margin.
constexpr std::int64_t most_transactions = 2'000'000'000;
// A file that was written as shortly before it was looked at may have been written again at the same time.
constexpr std::int64_t doubtful_ns = 1'000'000'000;

std::string digest_of(const Path& path) {
  Digest digest;
  std::ifstream in(path, std::ios::binary);
  std::string piece(1 << 20, '\0');
  while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0)
    digest.add(std::string_view(piece).substr(0, static_cast<std::size_t>(in.gcount())));
  return in.bad() ? std::string() : digest.hex();
}

bool unchanged(const KnownFile& then, const Input& now) {
  if (then.bytes != now.bytes) return false;
  const bool same = then.mtime_ns == now.mtime_ns && then.ctime_ns == now.ctime_ns && then.inode == now.inode;
  const bool certain = then.ctime_ns < then.looked_ns - doubtful_ns;
  return (same && certain) || (!then.digest.empty() && then.digest == digest_of(now.path));
}

RowsByXid expected_rows(const std::vector<KnownFile>& files) {
  RowsByXid expected;
  for (const KnownFile& file : files)
    for (const Segment& segment : file.segments) expected[segment.xid] += segment.rows;
  return expected;
}

// Empty: every row of the table is one of those that are known, as it was.
Result<std::string> why_not_as_known(pg::Session& session, const TablePlan& plan, const KnownTable& known) {
  const RowsByXid found = TRY(rows_by_xid(session, plan.table.alone()));
  return found == expected_rows(known.files) ? std::string() : std::string(live_was_changed);
}

std::string described(const Input& input) {
  const Dialect& dialect = input.dialect;
  std::string text = fmt::format("{} {} {} {} {} {}", static_cast<int>(input.kind.format),
                                 static_cast<int>(dialect.delimiter), static_cast<int>(dialect.quote),
                                 static_cast<int>(dialect.escape), dialect.header, dialect.pad);
  for (const auto& list : {dialect.nulls, dialect.names}) {
    text += fmt::format(" {}", list.size());
    for (const std::string& one : list) text += fmt::format(" {} {}", one.size(), one);
  }
  return text;
}

struct Choice {
  Reuse reuse;
  std::int64_t kept_files = 0;
  std::int64_t bytes_to_read = 0;
};

// A file with rejects is read again: its rejects belong into the report of this build too.
Choice choose(const TablePlan& plan, const KnownTable& known) {
  std::map<std::string, const KnownFile*> by_path;
  for (const KnownFile& file : known.files) by_path[file.path] = &file;
  Choice choice;
  for (const PlannedFile& file : plan.files) {
    const auto found = by_path.find(file.input.path.string());
    const bool keep =
        found != by_path.end() && found->second->rejected == 0 && unchanged(*found->second, file.input);
    if (!keep) choice.bytes_to_read += file.input.bytes;
    choice.kept_files += keep;
    choice.reuse.kept.push_back(keep ? std::optional(*found->second) : std::nullopt);
    if (keep) by_path.erase(found);
  }
  for (const auto& [path, file] : by_path) choice.reuse.gone.push_back(*file);
  return choice;
}

std::string why_not_worth_it(const TablePlan& plan, const Choice& choice) {
  if (choice.bytes_to_read * worthwhile_part <= plan.bytes_total && choice.kept_files > 0) return {};
  return fmt::format("{} of its {} files have changed since, {:.1f} of {:.1f} MB",
                     std::ssize(plan.files) - choice.kept_files, plan.files.size(),
                     static_cast<double>(choice.bytes_to_read) / 1e6,
                     static_cast<double>(plan.bytes_total) / 1e6);
}

// Empty: the plan has it.
Result<std::string> why_not(pg::Session& session, TablePlan& plan, const Known& known) {
  const auto table = known.find(plan.table.name);
  if (table == known.end()) return std::string("it is not known which of live's rows came of which file");
  if (table->second.recipe != recipe_of(plan))
    return std::string("its columns, or how the pipeline fills them, have changed since live was built");
  const pg::Rows now = TRY(
      session.query("SELECT coalesce(pg_relation_filenode($1::oid), 0), pg_current_xact_id()::text::bigint",
                    {plan.table.oid}));
  if (now.string(0, 0) != table->second.storage ||
      now.number(0, 1) - table->second.horizon > most_transactions)
    return std::string("live's table was written anew as a whole since it was built");
  Choice choice = choose(plan, table->second);
  choice.reuse.began = static_cast<std::uint32_t>(now.number(0, 1));
  choice.reuse.changed = table->second.changed;
  std::string reason = why_not_worth_it(plan, choice);
  if (reason.empty() && choice.reuse.complete()) reason = TRY(why_not_as_known(session, plan, table->second));
  if (reason.empty()) plan.reuse = std::move(choice.reuse);
  return reason;
}

void tell(const TablePlan& plan, Observer& observer) {
  std::int64_t kept = 0, rows = 0;
  for (const auto& file : plan.reuse->kept)
    if (file) ++kept, rows += file->loaded;
  std::string text =
      fmt::format("table {}: {} of {} files are as they were when live was built, and their {} rows are kept",
                  plan.table.name, kept, plan.files.size(), rows);
  if (!plan.reuse->gone.empty())
    text += fmt::format("; those of {} that changed or are gone are taken out", plan.reuse->gone.size());
  observer.line(text);
}

}  // namespace

Done find_reusable(const Request& request, pg::Session& session, std::vector<TablePlan>& plans,
                   Observer& observer) {
  if (!request.notes_inputs || request.copy_of.empty() || request.trial_rows > 0 ||
      request.pipeline.start != config::Start::live)
    return {};
  const Known known = TRY(read_known(session));
  for (TablePlan& plan : plans) {
    if (plan.upstream || plan.table.partitioned) continue;
    const std::string reason = TRY(why_not(session, plan, known));
    if (reason.empty())
      tell(plan, observer);
    else
      observer.line(fmt::format("table {}: all of it is read: {}", plan.table.name, reason));
  }
  return {};
}

std::string recipe_of(const TablePlan& plan) {
  Digest digest;
  const auto add = [&](std::string_view part) { digest.add(fmt::format("{}\n{}\n", part.size(), part)); };
  add(version);
  add(plan.config->duplicates == config::Duplicates::reject ? "reject" : "fail");
  for (const CatalogColumn& column : plan.table.columns)
    for (const std::string_view part : {std::string_view(column.name), std::string_view(column.type.name),
                                        std::string_view(column.default_expression)})
      add(part);
  for (const PlannedColumn& column : plan.columns) {
    add(fmt::format("{} {} {}", column.column, column.trim, column.path));
    add(column.constant ? "=" + *column.constant : "");
    add(column.fallback ? "=" + *column.fallback : "");
    for (const std::string& text : column.null_if) add(text);
    add("");
  }
  // Of one source, so all have one format and one dialect.
  if (!plan.files.empty()) add(described(plan.files.front().input));
  return digest.hex();
}

Result<NewRows> look_at_new_rows(pg::Session& session, const TablePlan& plan, const RowSum& row_sum) {
  RowsByXid kept;
  for (const auto& file : plan.reuse->kept)
    if (file)
      for (const Segment& segment : file->segments) kept[segment.xid] += segment.rows;
  NewRows seen;
  std::string xids;
  for (const auto& [xid, rows] : TRY(rows_by_xid(session, plan.table.alone()))) {
    const auto found = kept.find(xid);
    if (found == kept.end() && !is_older(xid, plan.reuse->began)) {
      xids += (xids.empty() ? "" : ",") + std::to_string(xid);
      continue;
    }
    if (found == kept.end() || found->second != rows) return NewRows{false};
    kept.erase(found);
  }
  if (!kept.empty()) return NewRows{false};
  if (xids.empty()) return seen;
  const pg::Rows rows = TRY(session.query(fmt::format(
      "SELECT xmin::text, count(*), min(ctid)::text, max(ctid)::text, {} FROM {} WHERE xmin = ANY "
      "('{{{}}}'::xid[]) GROUP BY xmin",
      RowSum::total(row_sum.expression()), plan.table.alone(), xids)));
  for (int row = 0; row < rows.size(); ++row) {
    seen.segments.push_back({static_cast<std::uint32_t>(rows.number(row, 0)), rows.number(row, 1),
                             rows.string(row, 2), rows.string(row, 3), true});
    seen.rows += rows.number(row, 1);
    seen.sum += TRY(RowSum::parse(rows.string(row, 4)));
  }
  std::sort(seen.segments.begin(), seen.segments.end(),
            [](const Segment& a, const Segment& b) { return is_older(a.xid, b.xid); });
  return seen;
}

}  // namespace slipway::ingest
