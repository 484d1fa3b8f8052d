// What a request's head must be before anything looks into it. The parser behind it accepts more than it
// should, and two programs that read one request differently are how requests are smuggled.
#pragma once

#include <string_view>

namespace slipway::http {

struct HeadVerdict {
  int status = 0;           // 0: fine
  std::string_view reason;  // for people
};

// The whole head, its empty line included.
HeadVerdict check_head(std::string_view head);

}  // namespace slipway::http
