// A piece of what another program or service said, for one line of an error or a receipt.
#pragma once

#include <string>
#include <string_view>

namespace slipway {

// Its beginning, or its end; on one line, and plain ASCII, whatever the bytes are.
std::string beginning_of(std::string_view text, std::size_t limit_bytes = 300);
std::string end_of(std::string_view text, std::size_t limit_bytes = 300);

}  // namespace slipway
