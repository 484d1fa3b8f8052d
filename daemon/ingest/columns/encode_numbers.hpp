// Encoders of boolean, integers, floating point and numeric.
#pragma once

#include "daemon/ingest/columns/encode.hpp"

namespace slipway::ingest {

Fit encode_bool(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_int2(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_int4(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_int8(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_float4(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_float8(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_numeric(const TypeInfo& type, std::string_view text, bool ascii, Out& out);

}  // namespace slipway::ingest
