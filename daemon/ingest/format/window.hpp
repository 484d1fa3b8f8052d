// A contiguous piece of a byte stream that moves forward over it: what a reader has not yet consumed stays
// whole.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "daemon/ingest/source/byte_stream.hpp"

namespace slipway::ingest {

class Window {
 public:
  // chunk_bytes is how much is read at a time; tests make it tiny.
  explicit Window(ByteStream& stream, std::size_t chunk_bytes = 256 << 10);

  // Keeps the bytes from `from` on (now at begin()) and reads more behind them. False if there is no room:
  // the kept part has reached the limit on rows. Pointers into the window are invalid afterwards.
  Result<bool> advance(const char* from);

  const char* begin() const { return buffer_.data(); }
  const char* end() const { return buffer_.data() + size_; }
  bool last() const { return last_; }    // nothing comes behind end()
  bool clean() const { return clean_; }  // ASCII without NUL throughout
  std::int64_t offset_of(const char* position) const { return offset_ + (position - begin()); }

  static constexpr std::size_t padding_bytes = 64;  // may be read behind end()

 private:
  ByteStream& stream_;
  std::size_t chunk_bytes_;
  std::vector<char> buffer_;
  std::size_t size_ = 0;
  std::int64_t offset_ = 0;
  bool last_ = false;
  bool clean_ = true;
};

}  // namespace slipway::ingest
