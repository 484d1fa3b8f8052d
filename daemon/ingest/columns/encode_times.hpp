// Encoders of date, time, timestamp, timestamptz and interval: ISO spellings only. A time without a zone is
// UTC, as the sessions of a build set their time zone to.
#pragma once

#include <optional>

#include "daemon/ingest/columns/encode.hpp"

namespace slipway::ingest {

// HH:MM:SS with what may stand behind the point, and nothing else.
std::optional<std::int64_t> whole_time_us(std::string_view text);

Fit encode_date(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_time(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_timestamp(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_timestamptz(const TypeInfo& type, std::string_view text, bool ascii, Out& out);
Fit encode_interval(const TypeInfo& type, std::string_view text, bool ascii, Out& out);

}  // namespace slipway::ingest
