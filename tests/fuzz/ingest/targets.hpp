// The parsers that read what strangers wrote, each as a function of bytes: it must neither crash nor break
// its promises, whatever they are. libFuzzer calls them, and so does the replay of the seeds.
#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace slipway::fuzz {

struct Target {
  const char* name;  // and that of its folder of seeds
  void (*run)(std::string_view bytes);
};

std::span<const Target> targets();

void csv(std::string_view bytes);
void copy_text(std::string_view bytes);
void ndjson(std::string_view bytes);
void json(std::string_view bytes);
void gzip(std::string_view bytes);
void zstd(std::string_view bytes);
void values(std::string_view bytes);
void pointer(std::string_view bytes);
void sql(std::string_view bytes);
void yaml(std::string_view bytes);

// A promise was broken. Thrown, so that every driver sees it.
inline void must(bool kept, const char* promise) {
  if (!kept) throw std::logic_error(promise);
}

}  // namespace slipway::fuzz
