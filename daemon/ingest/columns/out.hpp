// Where encoded rows are written: room is made once a field, and the bytes go in unchecked behind that.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace slipway::ingest {

class Out {
 public:
  void reserve(std::size_t more) {
    if (capacity_ - size_ >= more) return;
    const std::size_t wanted = std::max(size_ + more, capacity_ * 2);
    std::unique_ptr<char[]> bigger(new char[wanted]);
    if (size_ > 0) std::memcpy(bigger.get(), bytes_.get(), size_);
    bytes_ = std::move(bigger);
    capacity_ = wanted;
  }

  // Of each of these, the room was reserved before.
  void byte(char value) { bytes_[size_++] = value; }
  void bytes(std::string_view value) {
    if (value.empty()) return;  // which may point nowhere
    std::memcpy(bytes_.get() + size_, value.data(), value.size());
    size_ += value.size();
  }
  void int16(std::int16_t value) { big_endian(__builtin_bswap16(static_cast<std::uint16_t>(value))); }
  void int32(std::int32_t value) { big_endian(__builtin_bswap32(static_cast<std::uint32_t>(value))); }
  void int64(std::int64_t value) { big_endian(__builtin_bswap64(static_cast<std::uint64_t>(value))); }

  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }
  void cut(std::size_t size) { size_ = size; }
  void clear() { size_ = 0; }
  char* data() { return bytes_.get(); }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  template <class Word>
  void big_endian(Word swapped) {
    static_assert(std::endian::native == std::endian::little);
    std::memcpy(bytes_.get() + size_, &swapped, sizeof swapped);
    size_ += sizeof swapped;
  }

  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace slipway::ingest
