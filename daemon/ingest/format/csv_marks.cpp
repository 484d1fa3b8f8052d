#include "daemon/ingest/format/csv_marks.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace slipway::ingest {
namespace {

#if defined(__x86_64__)

__attribute__((target("avx2"))) void mark_by_32(const char* begin, std::size_t words, const Marked& marked,
                                                std::uint64_t* out) {
  const __m256i first = _mm256_set1_epi8(marked[0]);
  const __m256i second = _mm256_set1_epi8(marked[1]);
  const __m256i third = _mm256_set1_epi8(marked[2]);
  const __m256i line = _mm256_set1_epi8('\n');
  const auto half = [&](const char* at) __attribute__((target("avx2"))) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i hit =
        _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(bytes, line), _mm256_cmpeq_epi8(bytes, first)),
                        _mm256_or_si256(_mm256_cmpeq_epi8(bytes, second), _mm256_cmpeq_epi8(bytes, third)));
    return std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(hit))};
  };
  for (std::size_t i = 0; i < words; ++i) out[i] = half(begin + i * 64) | half(begin + i * 64 + 32) << 32;
}

// SSE2 is part of every x86-64.
void mark_by_16(const char* begin, std::size_t words, const Marked& marked, std::uint64_t* out) {
  const __m128i first = _mm_set1_epi8(marked[0]);
  const __m128i second = _mm_set1_epi8(marked[1]);
  const __m128i third = _mm_set1_epi8(marked[2]);
  const __m128i line = _mm_set1_epi8('\n');
  for (std::size_t i = 0; i < words; ++i) {
    out[i] = 0;
    for (unsigned part = 0; part < 4; ++part) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(begin + i * 64 + part * 16));
      const __m128i hit =
          _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, line), _mm_cmpeq_epi8(bytes, first)),
                       _mm_or_si128(_mm_cmpeq_epi8(bytes, second), _mm_cmpeq_epi8(bytes, third)));
      out[i] |= std::uint64_t{static_cast<std::uint16_t>(_mm_movemask_epi8(hit))} << (part * 16);
    }
  }
}

#else

void mark_by_1(const char* begin, std::size_t words, const Marked& marked, std::uint64_t* out) {
  for (std::size_t i = 0; i < words; ++i) {
    out[i] = 0;
    for (unsigned bit = 0; bit < 64; ++bit) {
      const char c = begin[i * 64 + bit];
      const bool hit = c == marked[0] || c == marked[1] || c == marked[2] || c == '\n';
      out[i] |= std::uint64_t{hit} << bit;
    }
  }
}

#endif

}  // namespace

void mark_bytes(const char* begin, std::size_t bytes, const Marked& marked, std::uint64_t* words) {
  const std::size_t count = bytes / 64 + 1;
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  (wide ? mark_by_32 : mark_by_16)(begin, count, marked, words);
#else
  mark_by_1(begin, count, marked, words);
#endif
}

}  // namespace slipway::ingest
