// A value of slipway.yaml that may be a secret.
#pragma once

#include <string>

#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway::config {

// A value that may hold a secret: inline where it holds none, else in a file or a variable of the
// environment. read() it as late as possible: the file must be readable by the home's user.
struct Secret {
  std::string value;
  Path file;
  std::string variable;
  Position at = {};  // of the key that gives it

  bool given() const { return !value.empty() || !file.empty() || !variable.empty(); }
  Result<std::string> read() const;  // without the newline at its end
};

}  // namespace slipway::config
