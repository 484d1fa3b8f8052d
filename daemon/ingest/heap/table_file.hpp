// The file of a table, in segments of 1 GiB, beside the server that it belongs to.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/files.hpp"

namespace slipway::ingest {

class TableFile {
 public:
  // The first segment, which the server has made.
  explicit TableFile(Path path) : path_(std::move(path)) {}
  ~TableFile();
  TableFile(const TableFile&) = delete;

  // Whole pages, from that one on; they may lie in two segments.
  Done write(std::uint32_t block, std::string_view pages);
  // A map by which the server knows that all of these pages are frozen; before it looks for one.
  Done write_map(std::uint32_t blocks, bool checksums) const;
  static bool reaches_new_segment(std::uint32_t block, std::size_t pages);

 private:
  Done open_segment(std::uint32_t segment);
  void close();

  Path path_;
  int fd_ = -1;
  std::uint32_t segment_ = 0;  // which is open
  Path segment_path_;
};

}  // namespace slipway::ingest
