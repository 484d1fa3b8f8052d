#include "daemon/ingest/heap/heap_table.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>

#include "daemon/ingest/columns/row_encoder.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t held_back_bytes_max = 4 << 20;

// A server that has no need of WAL for what is loaded, and whose pages are as we write them.
constexpr std::string_view server_sql = R"(
SELECT current_setting('data_directory'),
       current_setting('wal_level') = 'minimal' AND current_setting('block_size') = '8192'
       AND current_setting('segment_size') = '1GB' AND current_setting('server_encoding') = 'UTF8',
       current_setting('data_checksums') = 'on')";

// Nothing happens to its rows but that they are stored.
constexpr std::string_view table_sql = R"(
SELECT c.relkind = 'r' AND c.relpersistence = 'p' AND c.reloptions IS NULL AND NOT c.relispartition
       AND NOT c.relrowsecurity AND (SELECT amname FROM pg_am WHERE oid = c.relam) = 'heap'
       AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid)
       AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid)
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = c.oid AND contype <> 'n')
FROM pg_class c WHERE c.oid = $1::oid)";

constexpr std::string_view attributes_sql = R"(
SELECT a.attname, a.attisdropped, a.attnotnull, a.atthasdef OR a.attidentity <> '' OR a.attgenerated <> '',
       coalesce(t.typtype = 'd', false), a.attlen = -1 AND a.attstorage = 'p', a.atttypid
FROM pg_attribute a LEFT JOIN pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = $1::oid AND a.attnum > 0 ORDER BY a.attnum)";

constexpr std::string_view labels_sql = "SELECT enumlabel, oid FROM pg_enum WHERE enumtypid = $1::oid";

struct ServerFiles {
  Path data;
  bool checksums;
};

// Where they are ours to write, as the user who runs that server does.
Result<std::optional<ServerFiles>> files_of(pg::Session& session) {
  const pg::Rows rows = TRY(session.query(server_sql));
  ServerFiles files{rows.string(0, 0), rows.truth(0, 2)};
  const bool ours =
      rows.truth(0, 1) && ::access((files.data / "base").c_str(), W_OK) == 0 && ::geteuid() != 0;
  return ours ? std::optional(std::move(files)) : std::nullopt;
}

// False where an enum has none.
Result<bool> add_labels(pg::Session& session, const std::string& type_oid, Layout& layout) {
  if (layout.element) return add_labels(session, std::to_string(layout.type->element_oid), *layout.element);
  if (layout.type->base != "enum") return true;
  const pg::Rows rows = TRY(session.query(labels_sql, {type_oid}));
  for (int i = 0; i < rows.size(); ++i)
    layout.labels.emplace_back(rows.string(i, 0), static_cast<std::uint32_t>(rows.number(i, 1)));
  std::sort(layout.labels.begin(), layout.labels.end());
  return !layout.labels.empty();
}

Result<std::optional<TupleMaker>> maker_of(pg::Session& session, const TablePlan& plan) {
  using Maker = std::optional<TupleMaker>;
  std::map<std::string, int> places;  // of the columns in a row of COPY
  std::vector<Layout> layouts;
  for (const CatalogColumn* column : plan.filled()) {
    places[column->name] = static_cast<int>(layouts.size());
    layouts.push_back(layout_of(column->type));
    layouts.back().not_null = column->not_null;
    for (Layout* layout = &layouts.back(); layout != nullptr; layout = layout->element.get())
      layout->doubtful = plan.upstream.has_value();
    if (layouts.back().lay_out == nullptr) return Maker();
  }
  std::vector<int> fields;
  const pg::Rows rows = TRY(session.query(attributes_sql, {plan.table.oid}));
  for (int row = 0; row < rows.size(); ++row) {
    const auto place = places.find(rows.string(row, 0));
    const bool dropped = rows.truth(row, 1);
    fields.push_back(dropped || place == places.end() ? -1 : place->second);
    if (dropped) continue;
    const bool null = fields.back() < 0;
    if (null && (rows.truth(row, 2) || rows.truth(row, 3))) return Maker();
    if (rows.truth(row, 4) || rows.truth(row, 5)) return Maker();
    if (null) continue;
    if (!TRY(add_labels(session, rows.string(row, 6), layouts[static_cast<std::size_t>(place->second)])))
      return Maker();
  }
  return Maker(TupleMaker(std::move(fields), std::move(layouts)));
}

}  // namespace

Result<std::unique_ptr<HeapTable>> HeapTable::find(const Request& request, const TablePlan& plan,
                                                   pg::Session& session) {
  if (!request.writes_pages || !plan.binary || plan.table.partitioned) return std::unique_ptr<HeapTable>();
  std::optional<ServerFiles> files = TRY(files_of(session));
  if (!files) return std::unique_ptr<HeapTable>();
  const pg::Rows plain = TRY(session.query(table_sql, {plan.table.oid}));
  if (plain.empty() || !plain.truth(0, 0)) return std::unique_ptr<HeapTable>();
  std::optional<TupleMaker> maker = TRY(maker_of(session, plan));
  if (!maker) return std::unique_ptr<HeapTable>();
  return std::unique_ptr<HeapTable>(
      new HeapTable(plan, std::move(files->data), files->checksums, std::move(*maker)));
}

Done HeapTable::begin_frozen(pg::Session& session) {
  return begin(session, true);
}

// A transaction that a crash takes back must not leave its id to another one, which would make the rows its
// own: so the log knows of it, on disk, before the first page is written.
Done HeapTable::begin_beside_rows(pg::Session& session, pg::Session& side) {
  constexpr std::string_view note = "SELECT pg_logical_emit_message(true, 'slipway', '')";
  TRY(session.script(fmt::format("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", plan_->table.alone())));
  TRY(session.query(note));
  TRY(side.script("SET synchronous_commit = on"));
  TRY(side.query(note));
  return begin(session, false);
}

Done HeapTable::begin(pg::Session& session, bool frozen) {
  session_ = &session;
  frozen_ = frozen;
  rows_ = copied_ = 0;
  const pg::Rows rows = TRY(
      session.query("SELECT pg_current_xact_id()::xid, pg_relation_filepath($1::oid)", {plan_->table.oid}));
  maker_.set_transaction(static_cast<std::uint32_t>(rows.number(0, 0)), frozen);
  file_ = std::make_unique<TableFile>(data_ / rows.string(0, 1));
  pages_.emplace(frozen, checksums_);
  pages_->clear(TRY(blocks()));
  return {};
}

Result<std::uint32_t> HeapTable::blocks() {
  const pg::Rows rows = TRY(session_->query("SELECT pg_relation_size($1::oid)", {plan_->table.oid}));
  return static_cast<std::uint32_t>(rows.number(0, 0) / static_cast<long long>(page_bytes));
}

Done HeapTable::add(std::string_view rows) {
  while (!rows.empty()) {
    if (copying_) return copy_rest(rows);
    const std::string_view row = rows.substr(0, row_size(rows));
    if (!maker_.make(row)) {
      TRY(hold_back(row));
    } else if (!pages_->add(maker_.view())) {
      TRY(write_pages());
      if (!pages_->add(maker_.view())) return fail("table {}: a row fits on no page", plan_->table.name);
    }
    if (copying_) continue;
    rows.remove_prefix(row.size());
    ++rows_;
  }
  return {};
}

Done HeapTable::hold_back(std::string_view row) {
  if (in_order_) {
    TRY(write_pages());
    return begin_copy();
  }
  held_back_.reserve(row.size());
  held_back_.bytes(row);
  ++held_back_rows_;
  return held_back_.size() < held_back_bytes_max ? Done() : copy_held_back();
}

Done HeapTable::copy_rest(std::string_view rows) {
  for (std::string_view left = rows; !left.empty(); left.remove_prefix(row_size(left)))
    ++rows_, ++held_back_rows_;
  return session_->copy_send(rows);
}

// The session may be gone, and with it the file, whose place another one may take: the server is asked before
// anything is made beside it.
Done HeapTable::still_ours() {
  const std::uint32_t seen = TRY(blocks());
  if (seen == pages_->first_block()) return {};
  return fail("table {}: {} pages were written, and PostgreSQL sees {}", plan_->table.name,
              pages_->first_block(), seen);
}

Done HeapTable::write_pages() {
  if (file_->reaches_new_segment(pages_->first_block(), pages_->count())) TRY(still_ours());
  pages_->seal();
  TRY(file_->write(pages_->first_block(), pages_->view()));
  pages_->clear(static_cast<std::uint32_t>(pages_->first_block() + pages_->count()));
  return {};
}

// Behind what is written so far: the server looks at the file's length, and makes it longer.
Done HeapTable::begin_copy() {
  TRY(session_->copy_begin(fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary{})", plan_->table.quoted(),
                                       plan_->copy_columns(), frozen_ ? ", FREEZE" : "")));
  copying_ = true;
  return session_->copy_send(copy_binary_header);
}

Done HeapTable::end_copy() {
  TRY(session_->copy_send(copy_binary_trailer));
  copying_ = false;
  const long long stored = TRY(session_->copy_end());
  if (stored != held_back_rows_)
    return fail("table {}: {} rows were sent, and PostgreSQL took {}", plan_->table.name, held_back_rows_,
                stored);
  copied_ += stored;
  held_back_.clear();
  held_back_rows_ = 0;
  return {};
}

Done HeapTable::copy_held_back() {
  if (held_back_rows_ == 0) return {};
  TRY(write_pages());
  TRY(begin_copy());
  TRY(session_->copy_send(held_back_.view()));
  TRY(end_copy());
  pages_->clear(TRY(blocks()));
  return {};
}

Done HeapTable::finish() {
  const bool server_goes_on = copying_;
  TRY(copying_ ? end_copy() : copy_held_back());
  TRY(write_pages());
  if (!server_goes_on) TRY(still_ours());
  const std::uint32_t blocks = pages_->first_block();
  if (vacuumed() && blocks > 0) TRY(file_->write_map(blocks, checksums_));
  file_.reset();
  return {};
}

void HeapTable::give_up() {
  if (copying_) (void)session_->copy_abort("the load stops");  // the error that led here says more
  copying_ = false;
}

}  // namespace slipway::ingest
