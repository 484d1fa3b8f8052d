#include "daemon/ingest/format/ndjson.hpp"

#include <cstring>

#include "daemon/ingest/format/json_row.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

class NdjsonReader final : public RowReader {
 public:
  NdjsonReader(ByteStream& stream, const JsonShape& shape, std::size_t chunk_bytes)
      : window_(stream, chunk_bytes), json_(shape), cursor_(window_.begin()) {}

  Result<bool> next(Row& row) override {
    while (true) {
      const std::size_t left = static_cast<std::size_t>(window_.end() - cursor_);
      const void* found = std::memchr(cursor_, '\n', left);
      if (found == nullptr && !window_.last()) {
        if (!TRY(advance(cursor_))) return too_long(row);
        continue;
      }
      if (left == 0) return false;
      const char* end = found == nullptr ? window_.end() : static_cast<const char*>(found) + 1;
      if (read_line(row, {cursor_, static_cast<std::size_t>(end - cursor_)})) return true;
    }
  }

 private:
  Result<bool> advance(const char* from) {
    const bool room = TRY(window_.advance(from));
    if (room) cursor_ = window_.begin();
    return room;
  }

  // False for a line of nothing but space.
  bool read_line(Row& row, std::string_view raw) {
    row.raw = raw;
    row.line = line_++;
    row.offset = window_.offset_of(cursor_);
    cursor_ += raw.size();
    if (row.line == 1 && raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);
    const std::string_view json = trimmed(raw);
    if (json.empty()) return false;
    json_.parse(json, window_.clean(), row);
    return true;
  }

  Result<bool> too_long(Row& row) {
    row = Row{};
    row.line = line_++;
    row.offset = window_.offset_of(cursor_);
    row.problem = fmt::format("the line is longer than {} MiB", row_bytes_max >> 20);
    const void* found = nullptr;
    while (found == nullptr && !window_.last()) {
      TRY(advance(window_.end()));
      found = std::memchr(cursor_, '\n', static_cast<std::size_t>(window_.end() - cursor_));
    }
    cursor_ = found == nullptr ? window_.end() : static_cast<const char*>(found) + 1;
    return true;
  }

  Window window_;
  JsonRow json_;
  const char* cursor_;
  std::int64_t line_ = 1;
};

}  // namespace

std::unique_ptr<RowReader> ndjson_reader(ByteStream& stream, const JsonShape& shape,
                                         std::size_t chunk_bytes) {
  return std::make_unique<NdjsonReader>(stream, shape, chunk_bytes);
}

}  // namespace slipway::ingest
