// One target for libFuzzer: SLIPWAY_FUZZ_TARGET is the name of its function.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/ingest/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  slipway::fuzz::SLIPWAY_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
