#include "daemon/ingest/load/pump.hpp"

#include "daemon/ingest/format/delimited.hpp"
#include "daemon/ingest/format/json_reader.hpp"
#include "daemon/ingest/format/ndjson.hpp"
#include "daemon/ingest/source/byte_stream.hpp"

namespace slipway::ingest {
namespace {

Result<std::unique_ptr<RowReader>> open_reader(const TablePlan& plan, const PlannedFile& file,
                                               ByteStream& stream) {
  const Input& input = file.input;
  if (input.kind.format == Format::ndjson) return ndjson_reader(stream, plan.shape);
  if (input.kind.format == Format::json) return json_reader(stream, input.shown, plan.shape);
  std::unique_ptr<DelimitedReader> reader =
      TRY(open_delimited(stream, input.shown, input.kind.format, input.dialect));
  if (reader->raw_header() != file.raw_header)
    return fail("{} changed while it was being read", input.shown)
        .next("run the ingest again when it is complete");
  return std::unique_ptr<RowReader>(std::move(reader));
}

}  // namespace

Result<std::vector<FileCount>> read_rows(const TablePlan& plan, const RowSink& sink, const ReadFrom& from,
                                         const FileSink& file_ends) {
  std::vector<FileCount> counts = from.files;
  std::int64_t before = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) before += plan.files[i].input.bytes;
  for (std::size_t i = counts.size(); i < plan.files.size(); ++i) {
    const std::int64_t behind = i == from.files.size() ? from.rows : 0;
    const std::unique_ptr<ByteStream> stream = TRY(open_stream(plan.files[i].input));
    const std::unique_ptr<RowReader> reader = TRY(open_reader(plan, plan.files[i], *stream));
    FileCount count;
    Row row;
    while (TRY(reader->next(row))) {
      if (++count.rows <= behind) continue;
      TRY(sink(i, row, before + stream->disk_bytes()));
    }
    before += stream->disk_bytes();
    count.digest = stream->digest();
    if (file_ends) file_ends(i, count);
    counts.push_back(std::move(count));
  }
  return counts;
}

}  // namespace slipway::ingest
