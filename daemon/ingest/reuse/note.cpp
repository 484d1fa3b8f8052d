#include "daemon/ingest/reuse/note.hpp"

#include <algorithm>

#include "daemon/ingest/reuse/reuse.hpp"

namespace slipway::ingest {
namespace {

Result<std::vector<Segment>> segments_of(pg::Session& session, const std::string& table) {
  std::vector<Segment> segments;
  for (const auto& [xid, rows] : TRY(rows_by_xid(session, table)))
    segments.push_back({xid, rows, "", "", true});
  std::sort(segments.begin(), segments.end(),
            [](const Segment& a, const Segment& b) { return is_older(a.xid, b.xid); });
  return segments;
}

// Where the nth rows of a segment lie, for the ends of those that were shared out.
Done find_places(pg::Session& session, const TablePlan& plan, FileSegments& files) {
  std::map<std::uint32_t, std::vector<Segment*>> shared;
  for (std::vector<Segment>& file : files)
    for (Segment& segment : file)
      if (!segment.whole) shared[segment.xid].push_back(&segment);
  for (auto& [xid, segments] : shared) {
    std::map<std::int64_t, std::string> places;
    std::string numbers;
    std::int64_t before = 0;
    for (const Segment* segment : segments) {
      for (const std::int64_t number : {before + 1, before + segment->rows})
        if (places.emplace(number, "").second)
          numbers += (numbers.empty() ? "" : ",") + std::to_string(number);
      before += segment->rows;
    }
    const pg::Rows rows = TRY(session.query(
        fmt::format("SELECT number, at::text FROM (SELECT ctid AS at, row_number() OVER () AS number FROM {} "
                    "WHERE xmin = '{}'::xid) numbered WHERE number = ANY ($1::bigint[])",
                    plan.table.alone(), xid),
        {"{" + numbers + "}"}));
    for (int row = 0; row < rows.size(); ++row) places[rows.number(row, 0)] = rows.string(row, 1);
    before = 0;
    for (Segment* segment : segments) {
      segment->first = places[before + 1];
      segment->last = places[before += segment->rows];
    }
  }
  return {};
}

bool any_shared(const FileSegments& files) {
  for (const std::vector<Segment>& file : files)
    for (const Segment& segment : file)
      if (!segment.whole) return true;
  return false;
}

}  // namespace

std::int64_t changed_rows(const TablePlan& plan, const LoadOutcome& outcome) {
  std::int64_t rows = plan.reuse->changed + outcome.report.loaded - outcome.report.reused;
  for (const KnownFile& file : plan.reuse->gone) rows += file.loaded;
  return rows;
}

bool statistics_stay(const TablePlan& plan, const LoadOutcome& outcome) {
  return plan.reuse && changed_rows(plan, outcome) * 10 <= outcome.report.loaded;
}

FileSegments share_out(const std::vector<Segment>& segments, const std::vector<std::int64_t>& rows) {
  FileSegments files(rows.size());
  auto segment = segments.begin();
  std::int64_t left = segment == segments.end() ? 0 : segment->rows;
  for (std::size_t file = 0; file < rows.size(); ++file) {
    for (std::int64_t wanted = rows[file]; wanted > 0;) {
      if (segment == segments.end()) return {};
      const std::int64_t taken = std::min(wanted, left);
      const bool whole = taken == segment->rows;
      files[file].push_back(
          {segment->xid, taken, whole ? segment->first : "", whole ? segment->last : "", whole});
      wanted -= taken;
      left -= taken;
      if (left > 0) continue;
      ++segment;
      left = segment == segments.end() ? 0 : segment->rows;
    }
  }
  if (segment != segments.end()) return {};
  return files;
}

Result<std::optional<KnownTable>> known_of(Connection& connection, const TablePlan& plan,
                                           const LoadOutcome& outcome) {
  if (plan.upstream || plan.table.partitioned || outcome.report.files.size() != plan.files.size())
    return std::optional<KnownTable>();
  pg::Session& session = connection.session();
  TRY(session.script(
      "SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0; SET jit = off"));
  std::vector<std::int64_t> rows;
  for (const FileAccount& file : outcome.report.files)
    if (!file.kept) rows.push_back(file.loaded);
  const bool noted = plan.reuse || !outcome.written.empty();
  FileSegments segments =
      share_out(noted ? outcome.written : TRY(segments_of(session, plan.table.alone())), rows);
  if (segments.size() != rows.size() || (plan.reuse && any_shared(segments)))
    return std::optional<KnownTable>();
  TRY(find_places(session, plan, segments));
  const pg::Rows storage = TRY(session.query(
      "SELECT pg_relation_filenode($1::oid), pg_current_xact_id()::text::bigint", {plan.table.oid}));
  KnownTable known{recipe_of(plan), storage.string(0, 0), storage.number(0, 1), 0, {}};
  if (statistics_stay(plan, outcome)) known.changed = changed_rows(plan, outcome);
  auto next = segments.begin();
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    const Input& input = plan.files[i].input;
    const FileAccount& account = outcome.report.files[i];
    KnownFile file{input.path.string(), input.bytes,     input.mtime_ns,          input.ctime_ns,
                   input.inode,         input.looked_ns, outcome.files[i].digest, account.loaded,
                   account.rejected,    account.checksum};
    file.segments = account.kept ? plan.reuse->kept[i]->segments : *next++;
    known.files.push_back(std::move(file));
  }
  return std::optional(std::move(known));
}

Done note_inputs(const Request& request, Connection& connection,
                 const std::map<std::string, std::optional<KnownTable>>& tables) {
  Known known = TRY(read_known(connection.session()));
  for (const auto& [name, table] : tables) {
    known.erase(name);
    if (table) known.emplace(name, *table);
  }
  pg::Transaction transaction = TRY(connection.begin(request));
  TRY(connection.session().script("SET LOCAL ROLE NONE"));  // the owner of the tables may make no schema
  TRY(write_known(connection.session(), known));
  return transaction.commit();
}

}  // namespace slipway::ingest
