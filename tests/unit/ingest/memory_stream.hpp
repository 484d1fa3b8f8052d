// Bytes of a test as a stream, handed out in pieces of any size.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>

#include "daemon/ingest/source/byte_stream.hpp"

namespace slipway::ingest::test {

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::string bytes, std::size_t piece = 1 << 30)
      : bytes_(std::move(bytes)), piece_(piece) {}
  Result<std::size_t> read(char* into, std::size_t capacity) override {
    const std::size_t size = std::min({capacity, piece_, bytes_.size() - at_});
    std::memcpy(into, bytes_.data() + at_, size);
    at_ += size;
    return size;
  }
  std::int64_t disk_bytes() const override { return static_cast<std::int64_t>(at_); }
  std::string digest() override { return {}; }

 private:
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

// Repeats one piece of text, for inputs larger than memory should be.
class EndlessStream final : public ByteStream {
 public:
  EndlessStream(std::string first, std::string again, std::size_t bytes)
      : first_(std::move(first)), again_(std::move(again)), left_(bytes) {}
  Result<std::size_t> read(char* into, std::size_t capacity) override {
    std::string& piece = first_.empty() ? again_ : first_;
    const std::size_t size = std::min({capacity, piece.size(), left_});
    std::memcpy(into, piece.data(), size);
    left_ -= size;
    if (!first_.empty()) first_.erase(0, size);
    return size;
  }
  std::int64_t disk_bytes() const override { return 0; }
  std::string digest() override { return {}; }

 private:
  std::string first_;
  std::string again_;
  std::size_t left_;
};

}  // namespace slipway::ingest::test
