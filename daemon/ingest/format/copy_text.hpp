// Rows of PostgreSQL's text format, as COPY and pg_dump write it: a tab between fields, \N for null, a
// backslash before what would otherwise mean something.
#pragma once

#include "daemon/ingest/format/delimited.hpp"

namespace slipway::ingest {

class CopyTextReader final : public DelimitedReader {
 public:
  static Result<std::unique_ptr<CopyTextReader>> open(ByteStream& stream, std::string shown,
                                                      const Dialect& dialect,
                                                      std::size_t chunk_bytes = 256 << 10);

 private:
  using DelimitedReader::DelimitedReader;
  After read_row() override;
  bool blank() const override { return end_mark_; }
  bool clean() const override { return DelimitedReader::clean() && !escapes_; }
  void scan_marks() override;
  After field(const char* from);
  void add(std::string_view raw, bool escaped);

  bool escapes_ = false;   // in the row just read: what they stand for may be any byte
  bool end_mark_ = false;  // the row just read is \. alone
  bool ended_ = false;     // such a row was read before
};

}  // namespace slipway::ingest
