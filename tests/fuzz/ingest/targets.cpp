#include "tests/fuzz/ingest/targets.hpp"

namespace slipway::fuzz {

std::span<const Target> targets() {
  static constexpr Target all[] = {
      {"csv", csv},   {"copy_text", copy_text}, {"ndjson", ndjson},   {"json", json}, {"gzip", gzip},
      {"zstd", zstd}, {"values", values},       {"pointer", pointer}, {"sql", sql},   {"yaml", yaml},
  };
  return all;
}

}  // namespace slipway::fuzz
