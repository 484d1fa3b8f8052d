#include "auth/keys.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <nlohmann/json.hpp>

#include "auth/base64url.hpp"
#include "auth/strict_json.hpp"

namespace slipway::auth {
namespace {

using nlohmann::json;

constexpr std::size_t most_keys = 64;
constexpr int fewest_bits = 2048, most_bits = 8192, most_exponent_bits = 32;

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

std::string text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Owned<BIGNUM> number(const json& key, const char* name) {
  const auto bytes = from_base64url(text(key, name));
  if (!bytes || bytes->empty()) return {nullptr, BN_free};
  return {BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()), static_cast<int>(bytes->size()),
                    nullptr),
          BN_free};
}

bool acceptable(const BIGNUM* modulus, const BIGNUM* exponent) {
  if (!modulus || !exponent) return false;
  const int bits = BN_num_bits(modulus);
  return bits >= fewest_bits && bits <= most_bits && BN_is_odd(modulus) && BN_is_odd(exponent) &&
         !BN_is_one(exponent) && BN_num_bits(exponent) <= most_exponent_bits;
}

PublicKey rsa_key(const BIGNUM* modulus, const BIGNUM* exponent) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent);
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()), OSSL_PARAM_free);
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    return nullptr;
  return {made, EVP_PKEY_free};
}

// Null for a key that is not for us.
PublicKey read_key(const json& key) {
  const std::string use = text(key, "use"), algorithm = text(key, "alg");
  if (text(key, "kty") != "RSA" || (!use.empty() && use != "sig")) return nullptr;
  if (!algorithm.empty() && algorithm != "RS256") return nullptr;
  const auto modulus = number(key, "n"), exponent = number(key, "e");
  if (!acceptable(modulus.get(), exponent.get())) return nullptr;
  return rsa_key(modulus.get(), exponent.get());
}

}  // namespace

Result<Keys> parse_keys(std::string_view jwks) {
  const auto document = strict_object(jwks);
  if (!document || !document->contains("keys") || !(*document)["keys"].is_array())
    return fail("its keys are no JSON object with a list of `keys`");
  Keys keys;
  for (const json& one : (*document)["keys"]) {
    if (!one.is_object() || keys.size() == most_keys) continue;
    const std::string kid = text(one, "kid");
    if (PublicKey key = kid.empty() ? nullptr : read_key(one)) keys.emplace(kid, std::move(key));
  }
  if (keys.empty()) return fail("none of its keys is an RSA key for signatures, with a `kid`");
  return keys;
}

bool verifies(const PublicKey& key, std::string_view text, std::string_view signature) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  return EVP_DigestVerifyInit(context.get(), &options, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PADDING) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                          text.size()) == 1;
}

}  // namespace slipway::auth
