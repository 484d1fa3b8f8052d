#include "daemon/ingest/format/json_reader.hpp"

#include "daemon/ingest/format/json_row.hpp"
#include "daemon/ingest/format/json_scan.hpp"

namespace slipway::ingest {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

class JsonReader final : public RowReader {
 public:
  JsonReader(ByteStream& stream, std::string shown, const JsonShape& shape, std::size_t chunk_bytes)
      : window_(stream, chunk_bytes), shown_(std::move(shown)), json_(shape), cursor_(window_.begin()) {}

  Result<bool> next(Row& row) override {
    if (!begun_) TRY(skip_bom());
    while (TRY(skip_space())) {
      const char c = *cursor_;
      if (!in_array_ && c != '[') return read_value(row);
      if (!in_array_) {
        in_array_ = true;
        array_line_ = line_;
        place_ = Place::begin;
      } else if (c == ']' && place_ != Place::behind_comma) {
        in_array_ = false;
      } else if (c == ',' && place_ == Place::behind_value) {
        place_ = Place::behind_comma;
      } else if (place_ == Place::behind_value || c == ',' || c == ']') {
        return broken(place_ == Place::behind_value ? "a comma or the array's end was expected here"
                                                    : "an element of the array was expected here");
      } else {
        place_ = Place::behind_value;
        return read_value(row);
      }
      ++cursor_;
    }
    if (!in_array_) return false;
    line_ = array_line_;
    return broken("the array that opens here never ends");
  }

 private:
  enum class Place { begin, behind_value, behind_comma };  // in the array

  Error broken(std::string_view what) const {
    return fail("the file is not JSON: {}", what)
        .at({shown_, static_cast<int>(line_), 0})
        .next("nothing behind this place can be read; make the file again");
  }

  Result<bool> advance(const char* from) {
    const bool room = TRY(window_.advance(from));
    if (room) cursor_ = window_.begin();
    return room;
  }

  Done skip_bom() {
    begun_ = true;
    constexpr std::string_view bom = "\xEF\xBB\xBF";
    const auto size = [&] { return static_cast<std::size_t>(window_.end() - cursor_); };
    while (size() < bom.size() && !window_.last()) TRY(advance(cursor_));
    if (std::string_view(cursor_, size()).starts_with(bom)) cursor_ += bom.size();
    return {};
  }

  // False where nothing comes behind.
  Result<bool> skip_space() {
    while (true) {
      for (; cursor_ < window_.end(); ++cursor_) {
        if (!is_space(*cursor_)) return true;
        if (*cursor_ == '\n') ++line_;
      }
      if (window_.last()) return false;
      TRY(advance(cursor_));
    }
  }

  Result<bool> read_value(Row& row) {
    row.line = line_;
    row.offset = window_.offset_of(cursor_);
    scan_.begin();
    std::size_t seen = 0;
    while (true) {
      const JsonScan::End end = scan_.scan(cursor_ + seen, window_.end());
      if (end == JsonScan::End::mismatch) {
        line_ += scan_.lines();
        return broken("this bracket closes nothing, or something of the other kind");
      }
      const bool whole = end == JsonScan::End::value || (window_.last() && scan_.scalar());
      if (whole) break;
      if (window_.last()) return broken("the value that begins here never ends");
      seen = static_cast<std::size_t>(window_.end() - cursor_);
      if (!TRY(advance(cursor_))) return too_long(row);
    }
    row.raw = {cursor_, static_cast<std::size_t>(scan_.at() - cursor_)};
    json_.parse(row.raw, window_.clean(), row);
    cursor_ = scan_.at();
    line_ += scan_.lines();
    return true;
  }

  // Passes over the rest of a value in bounded memory.
  Result<bool> too_long(Row& row) {
    row.fields = {};
    row.raw = {};
    row.clean = false;
    row.problem = fmt::format("the value is longer than {} MiB", row_bytes_max >> 20);
    JsonScan::End end = JsonScan::End::more;
    while (end == JsonScan::End::more) {
      if (window_.last()) return broken("the value that begins here never ends");
      TRY(advance(window_.end()));
      end = scan_.scan(cursor_, window_.end());
    }
    cursor_ = scan_.at();
    line_ += scan_.lines();
    if (end == JsonScan::End::mismatch)
      return broken("this bracket closes nothing, or something of the other kind");
    return true;
  }

  Window window_;
  std::string shown_;
  JsonRow json_;
  JsonScan scan_;
  const char* cursor_;
  std::int64_t line_ = 1;
  std::int64_t array_line_ = 0;
  bool begun_ = false;
  bool in_array_ = false;
  Place place_ = Place::begin;
};

}  // namespace

std::unique_ptr<RowReader> json_reader(ByteStream& stream, std::string shown, const JsonShape& shape,
                                       std::size_t chunk_bytes) {
  return std::make_unique<JsonReader>(stream, std::move(shown), shape, chunk_bytes);
}

}  // namespace slipway::ingest
