// inet and cidr.
#pragma once

#include "daemon/ingest/columns/encode.hpp"

namespace slipway::ingest {

Fit encode_inet(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_cidr(const TypeInfo& type, std::string_view text, bool ascii, Out& out);

}  // namespace slipway::ingest
