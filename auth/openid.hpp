// The OpenID provider, as its client sees it: discovery, where a browser is sent, the exchange of a code, and
// the keys by which an id_token is believed.
// Every error is one of three kinds: refused (what came cannot be believed), usage (the code is not valid),
// or failed (the provider cannot be reached, or is not what it should be): then API tokens still work.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "auth/id_token.hpp"
#include "auth/keys.hpp"
#include "base/clock.hpp"
#include "base/config/access.hpp"

namespace slipway::auth {

// What one sign-in is begun with: all of it random.
struct Secrets {
  std::string state, nonce, verifier;
};
Secrets new_secrets();

// From any thread. The provider holds up a few threads at most, each for a few seconds.
class OpenId {
 public:
  OpenId(config::Orcid settings, std::string origin, Clock& clock)
      : settings_(std::move(settings)), redirect_(std::move(origin) + "/auth/callback"), clock_(clock) {}

  const std::string& issuer() const { return settings_.issuer; }
  // Where the browser goes to sign in.
  Result<std::string> authorization_url(const Secrets& secrets);
  // The person that the code of a callback stands for. The access token that comes with it is thrown away.
  Result<Person> redeem(const std::string& code, const std::string& verifier, const std::string& nonce);
  // The person of an id_token that somebody brings.
  Result<Person> believe(std::string_view id_token, const std::optional<std::string>& nonce = {});

 private:
  struct Endpoints {
    std::string authorization, token, keys;
    Millis read_at{0};
  };
  class Slot;

  Result<Endpoints> endpoints();
  Result<Endpoints> discover();
  Result<PublicKey> key(const std::string& kid);
  Result<Keys> fetch_keys();
  bool may_fetch_for_unknown_key();

  const config::Orcid settings_;
  const std::string redirect_;
  Clock& clock_;
  std::mutex mutex_;  // of all that follows; never held while the provider is asked
  int asking_ = 0;
  std::optional<Endpoints> endpoints_;
  std::optional<Error> trouble_;  // of the last discovery, if that failed
  Millis trouble_at_{0};
  Keys keys_;
  Millis keys_at_{0};
  std::optional<Millis> refetched_at_;  // because of a key that was not known
};

}  // namespace slipway::auth
