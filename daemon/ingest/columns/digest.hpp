// A running sha256.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace slipway::ingest {

class Digest {
 public:
  Digest();
  void add(std::string_view bytes);
  // Ends it: call once.
  std::string hex();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> state_;
};

}  // namespace slipway::ingest
