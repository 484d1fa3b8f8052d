// The bytes of an input file, decompressed; and a digest of the file as it lies on disk, taken while reading
// it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "daemon/ingest/source/inputs.hpp"

namespace slipway::ingest {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // How many bytes came; 0 at the end, and only there.
  virtual Result<std::size_t> read(char* into, std::size_t capacity) = 0;
  // How much of the file has been consumed so far.
  virtual std::int64_t disk_bytes() const = 0;
  // The sha256 of the whole file; only after the end was read.
  virtual std::string digest() = 0;
};

// What is below, decompressed: several gzip members or zstd frames one after another are one stream.
std::unique_ptr<ByteStream> decompress(std::unique_ptr<ByteStream> below, Compression compression,
                                       std::string shown);

// An error where the file changed since it was looked at.
Result<std::unique_ptr<ByteStream>> open_stream(const Input& input);

}  // namespace slipway::ingest
