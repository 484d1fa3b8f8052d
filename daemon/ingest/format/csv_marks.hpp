// Finds the bytes that mean something in rows of fields (delimiter, quote, escape, line end), 64 at a time.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace slipway::ingest {

// What is marked beside line ends; one may stand there twice.
using Marked = std::array<char, 3>;

// One bit a byte, in words of 64, for [begin, begin + bytes); up to 63 bytes behind are read and may leave
// bits.
void mark_bytes(const char* begin, std::size_t bytes, const Marked& marked, std::uint64_t* words);

// Walks over the marked bytes in order.
class Marks {
 public:
  void scan(const char* begin, const char* end, const Marked& marked) {
    begin_ = begin;
    end_ = end;
    const std::size_t bytes = static_cast<std::size_t>(end - begin);
    words_.resize(bytes / 64 + 1);
    mark_bytes(begin, bytes, marked, words_.data());
    word_ = 0;
    bits_ = words_[0];
  }

  // The next marked byte; the end where there is none.
  const char* next() {
    while (bits_ == 0) {
      if (++word_ >= words_.size()) {
        word_ = words_.size() - 1;
        return end_;
      }
      bits_ = words_[word_];
    }
    const char* found = begin_ + word_ * 64 + static_cast<std::size_t>(std::countr_zero(bits_));
    bits_ &= bits_ - 1;
    return found < end_ ? found : end_;
  }

 private:
  const char* begin_ = nullptr;
  const char* end_ = nullptr;
  std::vector<std::uint64_t> words_ = {0};
  std::size_t word_ = 0;
  std::uint64_t bits_ = 0;
};

}  // namespace slipway::ingest
