// YAML text to a Value tree and back. The only file that knows the YAML library.
#pragma once

#include <string>
#include <string_view>

#include "base/config/value.hpp"
#include "base/error.hpp"

namespace slipway::config {

// Refuses what the library accepts in silence: duplicate keys, a second document, `<<`; and what a config has
// no use for: anchors, aliases, tags. Every error is Kind::usage with its place in `file`.
Result<Value> parse_document(const std::string& file, const std::string& text);

std::string to_yaml(const Value& value);

}  // namespace slipway::config
