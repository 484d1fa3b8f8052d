#include "daemon/ingest/columns/digest.hpp"

#include <openssl/evp.h>

#include "base/digest.hpp"

namespace slipway::ingest {

Digest::Digest() : state_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
  EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr);
}

void Digest::add(std::string_view bytes) {
  EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size());
}

std::string Digest::hex() {
  unsigned char raw[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_.get(), raw, &size);
  return slipway::hex({reinterpret_cast<const char*>(raw), size});
}

}  // namespace slipway::ingest
