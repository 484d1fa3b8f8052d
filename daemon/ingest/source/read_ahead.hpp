// Reads and decompresses from a thread of its own, a few chunks ahead of whoever parses.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "daemon/ingest/source/byte_stream.hpp"

namespace slipway::ingest {

class ReadAhead final : public ByteStream {
 public:
  explicit ReadAhead(std::unique_ptr<ByteStream> below);
  ~ReadAhead() override;
  ReadAhead(const ReadAhead&) = delete;

  Result<std::size_t> read(char* into, std::size_t capacity) override;
  std::int64_t disk_bytes() const override { return disk_bytes_; }
  std::string digest() override;

 private:
  struct Chunk {
    std::vector<char> bytes;
    std::size_t size = 0;  // 0: the end
    std::int64_t disk_bytes = 0;
    std::optional<Error> error;
  };
  void work();
  bool fill(Chunk& chunk);
  void take_next();
  void close();

  static constexpr std::size_t chunk_bytes = 256 << 10;
  static constexpr std::size_t chunks_max = 4;

  std::unique_ptr<ByteStream> below_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Chunk> full_;
  std::deque<Chunk> empty_;
  bool closed_ = false;
  // These are the reader's own.
  Chunk current_;
  std::size_t position_ = 0;
  std::int64_t disk_bytes_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace slipway::ingest
