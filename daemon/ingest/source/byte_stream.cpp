#include "daemon/ingest/source/byte_stream.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <vector>

#include "daemon/ingest/columns/digest.hpp"
#include "daemon/ingest/source/read_ahead.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t chunk_bytes = 256 << 10;
constexpr std::int64_t ahead_bytes_min = 1 << 20;
constexpr int zstd_window_log_max = 27;  // 128 MiB: what `zstd --ultra` and `--long` use

class PlainStream final : public ByteStream {
 public:
  PlainStream(Input input, int fd) : input_(std::move(input)), fd_(fd) {}
  ~PlainStream() override { ::close(fd_); }
  PlainStream(const PlainStream&) = delete;

  Result<std::size_t> read(char* into, std::size_t capacity) override {
    ssize_t got = 0;
    do got = ::read(fd_, into, capacity);
    while (got < 0 && errno == EINTR);
    if (got < 0) return errno_error(fmt::format("cannot read {}", input_.shown));
    const std::size_t size = static_cast<std::size_t>(got);
    digest_.add({into, size});
    disk_bytes_ += got;
    if (size == 0) TRY(unchanged());
    return size;
  }
  std::int64_t disk_bytes() const override { return disk_bytes_; }
  std::string digest() override { return digest_.hex(); }

 private:
  Done unchanged() const {
    const Input now = TRY(look_at(input_.path));
    if (disk_bytes_ == input_.bytes && now.bytes == input_.bytes && now.mtime_ns == input_.mtime_ns)
      return {};
    return fail("{} changed while it was being read", input_.shown)
        .next("run the ingest again when it is complete");
  }

  Input input_;
  int fd_;
  std::int64_t disk_bytes_ = 0;
  Digest digest_;
};

// What both decompressors share: the compressed side.
class Decompressing : public ByteStream {
 public:
  Decompressing(std::unique_ptr<ByteStream> below, std::string shown)
      : shown_(std::move(shown)), below_(std::move(below)), chunk_(chunk_bytes) {}
  std::int64_t disk_bytes() const override { return below_->disk_bytes(); }
  std::string digest() override { return below_->digest(); }

 protected:
  // False at the end of the file.
  Result<bool> refill() {
    if (position_ < size_) return true;
    size_ = TRY(below_->read(chunk_.data(), chunk_.size()));
    position_ = 0;
    return size_ > 0;
  }
  Error damaged(std::string_view why) const {
    return fail("cannot decompress {}: {}", shown_, why)
        .next("the file is damaged or incomplete; fetch it again");
  }

  std::string shown_;
  std::unique_ptr<ByteStream> below_;
  std::vector<char> chunk_;
  std::size_t position_ = 0;
  std::size_t size_ = 0;
};

class GzipStream final : public Decompressing {
 public:
  GzipStream(std::unique_ptr<ByteStream> below, std::string shown)
      : Decompressing(std::move(below), std::move(shown)) {
    ::inflateInit2(&state_, 15 + 16);
  }
  ~GzipStream() override { ::inflateEnd(&state_); }
  GzipStream(const GzipStream&) = delete;

  Result<std::size_t> read(char* into, std::size_t capacity) override {
    while (true) {
      if (!TRY(refill())) {
        if (inside_member_ || !any_member_) return damaged("it ends too early");
        return std::size_t{0};
      }
      if (!inside_member_ && !TRY(begin_member())) continue;
      const std::size_t got = TRY(inflate_some(into, capacity));
      if (got > 0) return got;
    }
  }

 private:
  // Between members some programs pad with zeros.
  Result<bool> begin_member() {
    while (any_member_ && position_ < size_ && chunk_[position_] == 0) ++position_;
    if (position_ == size_) return false;
    ::inflateReset(&state_);
    inside_member_ = any_member_ = true;
    return true;
  }

  Result<std::size_t> inflate_some(char* into, std::size_t capacity) {
    state_.next_in = reinterpret_cast<Bytef*>(chunk_.data() + position_);
    state_.avail_in = static_cast<uInt>(size_ - position_);
    state_.next_out = reinterpret_cast<Bytef*>(into);
    state_.avail_out = static_cast<uInt>(capacity);
    const int status = ::inflate(&state_, Z_NO_FLUSH);
    position_ = size_ - state_.avail_in;
    if (status == Z_STREAM_END)
      inside_member_ = false;
    else if (status != Z_OK && status != Z_BUF_ERROR)
      return damaged(state_.msg ? state_.msg : "not gzip data");
    return capacity - state_.avail_out;
  }

  z_stream state_{};
  bool inside_member_ = false;
  bool any_member_ = false;
};

class ZstdStream final : public Decompressing {
 public:
  ZstdStream(std::unique_ptr<ByteStream> below, std::string shown)
      : Decompressing(std::move(below), std::move(shown)), state_(ZSTD_createDStream(), ZSTD_freeDStream) {
    ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, zstd_window_log_max);
  }

  Result<std::size_t> read(char* into, std::size_t capacity) override {
    while (true) {
      // Output may be held back inside, so an empty input is no reason to stop before asking once more.
      const bool more = TRY(refill());
      if (!more && !inside_frame_) {
        if (!any_frame_) return damaged("it is empty");
        return std::size_t{0};
      }
      ZSTD_inBuffer in{chunk_.data(), size_, position_};
      ZSTD_outBuffer out{into, capacity, 0};
      const std::size_t status = ZSTD_decompressStream(state_.get(), &out, &in);
      if (ZSTD_isError(status)) return damaged(ZSTD_getErrorName(status));
      position_ = in.pos;
      inside_frame_ = status != 0;
      any_frame_ = true;
      if (out.pos > 0) return out.pos;
      if (!more && inside_frame_) return damaged("it ends too early");
    }
  }

 private:
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> state_;
  bool inside_frame_ = false;
  bool any_frame_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> decompress(std::unique_ptr<ByteStream> below, Compression compression,
                                       std::string shown) {
  if (compression == Compression::gzip)
    return std::make_unique<GzipStream>(std::move(below), std::move(shown));
  if (compression == Compression::zstd)
    return std::make_unique<ZstdStream>(std::move(below), std::move(shown));
  return below;
}

Result<std::unique_ptr<ByteStream>> open_stream(const Input& input) {
  const int fd = ::open(input.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno_error(fmt::format("cannot open {}", input.shown));
  ::posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  std::unique_ptr<ByteStream> stream =
      decompress(std::make_unique<PlainStream>(input, fd), input.kind.compression, input.shown);
  // A thread is worth its while only where there is something to read.
  if (input.bytes < ahead_bytes_min) return stream;
  return std::unique_ptr<ByteStream>(std::make_unique<ReadAhead>(std::move(stream)));
}

}  // namespace slipway::ingest
