// Decompressors: whatever comes in, they end, and the pieces make no difference.
#include "tests/fuzz/ingest/targets.hpp"
#include "tests/unit/ingest/memory_stream.hpp"

namespace slipway::fuzz {
namespace {

using namespace ingest;
using ingest::test::MemoryStream;

constexpr std::size_t output_max = 8 << 20;  // of a bomb enough is seen

std::string unpacked(std::string_view bytes, Compression compression, std::size_t piece, std::size_t room) {
  const auto stream = decompress(std::make_unique<MemoryStream>(std::string(bytes), piece), compression, "x");
  std::string out;
  std::string into(room, '\0');
  while (out.size() < output_max) {
    Result<std::size_t> got = stream->read(into.data(), into.size());
    if (!got) return "damaged";  // how much came before that is a matter of the pieces
    if (*got == 0) return out;
    must(*got <= room, "no more comes than there is room for");
    out.append(into, 0, *got);
  }
  return "much";
}

void same_in_any_pieces(std::string_view bytes, Compression compression) {
  const std::string whole = unpacked(bytes, compression, 1 << 20, 1 << 16);
  must(unpacked(bytes, compression, 1, 1 << 16) == whole, "the bytes are the same in any pieces");
  must(unpacked(bytes, compression, 7, 4093) == whole, "the bytes are the same in any room");
}

}  // namespace

void gzip(std::string_view bytes) {
  same_in_any_pieces(bytes, Compression::gzip);
}

void zstd(std::string_view bytes) {
  same_in_any_pieces(bytes, Compression::zstd);
}

}  // namespace slipway::fuzz
