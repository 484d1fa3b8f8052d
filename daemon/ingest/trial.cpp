#include "daemon/ingest/trial.hpp"

#include <algorithm>
#include <fstream>

#include "daemon/ingest/format/delimited.hpp"
#include "daemon/ingest/format/json_reader.hpp"
#include "daemon/ingest/format/ndjson.hpp"

namespace slipway::ingest {
namespace {

constexpr std::string_view size_sql = R"(
SELECT coalesce(sum(pg_relation_size(t.relid) + coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0)
  + (SELECT coalesce(sum(pg_relation_size(i.indexrelid)), 0) FROM pg_index i WHERE i.indrelid = t.relid)), 0)
FROM (SELECT $1::oid AS relid UNION SELECT relid FROM pg_partition_tree($1::oid::regclass)) t
JOIN pg_class c ON c.oid = t.relid)";

constexpr std::int64_t rows_of_a_file_min = 10;
// So much is read to tell how many rows the rest holds.
constexpr std::int64_t counted_bytes = 4 << 20;

struct Beginning {
  std::int64_t end = 0;  // where the sample's last row ends, in bytes as decompressed
  Extent whole;
};

// As far as `rows` and a little more; what the file would come to at that rate.
Result<Beginning> look_into(const Input& input, ByteStream& stream, RowReader& reader, std::int64_t rows) {
  Beginning found;
  found.whole.bytes = input.bytes;
  std::int64_t seen = 0, offset = 0;
  Row row;
  while (TRY(reader.next(row))) {
    offset = row.offset;
    if (seen == rows) found.end = offset;
    if (seen >= rows && offset >= counted_bytes) break;
    ++seen;
    row.problem.clear();
  }
  found.whole.exact = seen <= rows || offset < counted_bytes;
  const bool plain = input.kind.compression == Compression::none;
  const double share = static_cast<double>(plain ? offset : stream.disk_bytes());
  found.whole.rows =
      found.whole.exact || share <= 0
          ? seen
          : static_cast<std::int64_t>(static_cast<double>(seen) / share * static_cast<double>(input.bytes));
  if (seen <= rows) found.end = -1;
  return found;
}

const JsonShape nothing;

Result<std::unique_ptr<RowReader>> reader_of(const Input& input, ByteStream& stream) {
  if (input.kind.format == Format::ndjson) return ndjson_reader(stream, nothing);
  if (input.kind.format == Format::json) return json_reader(stream, input.shown, nothing);
  std::unique_ptr<DelimitedReader> reader =
      TRY(open_delimited(stream, input.shown, input.kind.format, input.dialect));
  return std::unique_ptr<RowReader>(std::move(reader));
}

Result<Beginning> beginning_of(const Input& input, std::int64_t rows) {
  const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
  const std::unique_ptr<RowReader> reader = TRY(reader_of(input, *stream));
  return look_into(input, *stream, *reader, rows);
}

// The beginning of an array is no JSON; its elements one after another are.
Done copy_elements(const Input& input, std::int64_t rows, const Path& to) {
  const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
  const std::unique_ptr<RowReader> reader = TRY(reader_of(input, *stream));
  std::ofstream out(to, std::ios::binary);
  Row row;
  for (; rows > 0 && TRY(reader->next(row)); --rows) {
    out << row.raw << '\n';
    row.problem.clear();
  }
  out.close();
  if (!out) return errno_error(fmt::format("cannot write {}", to.string()));
  return {};
}

Done copy_beginning(const Input& input, std::int64_t bytes, const Path& to) {
  const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
  std::ofstream out(to, std::ios::binary);
  std::vector<char> buffer(256 << 10);
  while (bytes > 0) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::int64_t>(bytes, std::ssize(buffer)));
    const std::size_t came = TRY(stream->read(buffer.data(), wanted));
    if (came == 0) break;
    out.write(buffer.data(), static_cast<std::streamsize>(came));
    bytes -= static_cast<std::int64_t>(came);
  }
  out.close();
  if (!out) return errno_error(fmt::format("cannot write {}", to.string()));
  return {};
}

Result<Input> shortened(const Input& input, std::int64_t bytes, std::int64_t rows, const Path& to) {
  TRY(input.kind.format == Format::json ? copy_elements(input, rows, to) : copy_beginning(input, bytes, to));
  Input sample = TRY(look_at(to));
  sample.shown = input.shown;
  sample.kind = input.kind;
  sample.kind.compression = Compression::none;
  sample.dialect = input.dialect;
  return sample;
}

}  // namespace

Result<Sample> sample_of(const std::vector<Input>& inputs, const Path& folder, std::int64_t rows) {
  TRY(real_files().make_folders(folder));
  const std::int64_t share =
      std::max(rows / std::max<std::int64_t>(std::ssize(inputs), 1), rows_of_a_file_min);
  Sample sample;
  sample.whole.exact = true;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Beginning found = TRY(beginning_of(inputs[i], share));
    sample.whole.rows += found.whole.rows;
    sample.whole.bytes += found.whole.bytes;
    sample.whole.exact = sample.whole.exact && found.whole.exact;
    // Each in a folder of its own: rejects are named after the file.
    const Path to = folder / std::to_string(i);
    if (found.end >= 0) TRY(real_files().make_folders(to));
    sample.inputs.push_back(
        found.end < 0 ? inputs[i]
                      : TRY(shortened(inputs[i], found.end, share, to / inputs[i].path.filename())));
  }
  return sample;
}

Result<std::int64_t> size_of(pg::Session& session, const CatalogTable& table) {
  return TRY(session.query(size_sql, {table.oid})).number(0, 0);
}

}  // namespace slipway::ingest
