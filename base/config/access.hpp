// `auth:` and `tls:` of slipway.yaml: who may come in, and through which door.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/config/secret.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/role.hpp"

namespace slipway::config {

// Where people sign in: ORCID, or an OpenID provider that behaves as ORCID does.
struct Orcid {
  std::string issuer = "https://orcid.org";  // compared exactly
  std::string client_id;
  Secret client_secret;
  Position at;
};
struct Allowed {
  Role role = Role::read;
  Position at;
};
struct Auth {
  std::optional<Orcid> orcid;
  std::map<std::string, Allowed> allow;  // by iD
};

// Of the daemon's HTTP server. Read again when the files change.
struct Tls {
  Path cert_file;  // with the chain
  Path key_file;
};

}  // namespace slipway::config
