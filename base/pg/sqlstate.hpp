// What a SQLSTATE means for whoever has to decide: try again, or not.
#pragma once

#include <string_view>

namespace slipway::pg {

// The same statement may well succeed in a moment: serialization, deadlock, locks, server starting up.
bool worth_retrying(std::string_view sqlstate);
// The data was refused, not the connection or the server: a row can be blamed.
bool blames_the_data(std::string_view sqlstate);
// The connection is gone, or was never there.
bool lost_connection(std::string_view sqlstate);

inline constexpr std::string_view unique_violation = "23505";
inline constexpr std::string_view exclusion_violation = "23P01";
inline constexpr std::string_view query_canceled = "57014";

}  // namespace slipway::pg
