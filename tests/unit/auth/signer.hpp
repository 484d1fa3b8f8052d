// A provider's key for tests: it signs whatever it is told to, and shows its public half.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "auth/base64url.hpp"
#include "base/digest.hpp"

namespace slipway::test {

class Signer {
 public:
  explicit Signer(unsigned bits = 2048) : key_(EVP_RSA_gen(bits), EVP_PKEY_free) {}

  std::string token(const std::string& header, const std::string& claims) const {
    const std::string text = input(header, claims);
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(1024, '\0');
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    signature.resize(size);
    return text + "." + auth::base64url(signature);
  }
  std::string unsigned_token(const std::string& header, const std::string& claims) const {
    return input(header, claims) + ".";
  }
  // As if the public key, which everybody knows, were a shared secret.
  std::string mac_token(const std::string& header, const std::string& claims) const {
    const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PUBKEY(out.get(), key_.get());
    char* text = nullptr;
    const long size = BIO_get_mem_data(out.get(), &text);
    const std::string secret(text, static_cast<std::size_t>(size));
    return input(header, claims) + "." + auth::base64url(hmac_sha256(secret, input(header, claims)));
  }
  std::string jwks(const std::string& kid) const {
    return R"({"keys":[{"kty":"RSA","use":"sig","kid":")" + kid + R"(","n":")" +
           number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" + number(OSSL_PKEY_PARAM_RSA_E) + R"("}]})";
  }

 private:
  static std::string input(const std::string& header, const std::string& claims) {
    return auth::base64url(header) + "." + auth::base64url(claims);
  }
  std::string number(const char* name) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &value);
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value)), '\0');
    BN_bn2bin(value, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(value);
    return auth::base64url(bytes);
  }

  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace slipway::test
