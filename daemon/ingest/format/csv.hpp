// Rows of a CSV file (RFC 4180 and its dialects): quotes, escaped quotes, line ends inside quotes, CRLF, BOM.
// A quote that stands where none may stand spoils its own line and no other.
#pragma once

#include "daemon/ingest/format/delimited.hpp"

namespace slipway::ingest {

class CsvReader final : public DelimitedReader {
 public:
  // Reads the header. `shown` is the file's name for messages.
  static Result<std::unique_ptr<CsvReader>> open(ByteStream& stream, std::string shown,
                                                 const Dialect& dialect = {},
                                                 std::size_t chunk_bytes = 256 << 10);

 private:
  using DelimitedReader::DelimitedReader;
  After read_row() override;
  bool blank() const override;
  void scan_marks() override;
  After quoted_field(const char* open);
  After plain_field(const char* from);
  After behind_quote(const char* behind);
  After malformed(const char* from, const char* why);
  void add_quoted(std::string_view text, bool escaped);
};

}  // namespace slipway::ingest
