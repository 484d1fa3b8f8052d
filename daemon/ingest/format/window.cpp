#include "daemon/ingest/format/window.hpp"

#include <algorithm>
#include <cstring>

#include "daemon/ingest/format/row.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {

Window::Window(ByteStream& stream, std::size_t chunk_bytes)
    : stream_(stream), chunk_bytes_(chunk_bytes), buffer_(chunk_bytes + padding_bytes) {}

Result<bool> Window::advance(const char* from) {
  const std::size_t kept = static_cast<std::size_t>(end() - from);
  if (kept >= row_bytes_max) return false;
  offset_ += from - begin();
  std::memmove(buffer_.data(), from, kept);
  size_ = kept;
  // A row longer than a chunk doubles the window, so that growing stays linear in its length.
  const std::size_t wanted = kept + std::max(chunk_bytes_, kept);
  if (buffer_.size() < wanted + padding_bytes) buffer_.resize(wanted + padding_bytes);
  const std::size_t full = kept + std::max(chunk_bytes_, kept);
  while (size_ < full && !last_) {
    const std::size_t got = TRY(stream_.read(buffer_.data() + size_, full - size_));
    last_ = got == 0;
    size_ += got;
  }
  clean_ = is_plain_ascii({begin(), size_});
  return true;
}

}  // namespace slipway::ingest
