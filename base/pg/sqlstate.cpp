#include "base/pg/sqlstate.hpp"

namespace slipway::pg {

bool worth_retrying(std::string_view sqlstate) {
  return sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "55P03" || sqlstate == "57P03" ||
         sqlstate == "55006" || sqlstate == "53300";
}

bool blames_the_data(std::string_view sqlstate) {
  // 22 data exception, 23 integrity, 54 a limit (a row too large), P0001 raised by a domain's or trigger's
  // function.
  return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("54") ||
         sqlstate == "P0001" || sqlstate == "0A000";
}

bool lost_connection(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

}  // namespace slipway::pg
