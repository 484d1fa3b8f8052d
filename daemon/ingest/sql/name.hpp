// Names that need no quoting in SQL, out of whatever a file calls its fields.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace slipway::ingest {

// "Media Type" and "mediaType" are media_type, "2nd" is c_2nd, "order" is order_. Letters of other alphabets
// stay. What comes out empty is `otherwise`; what is in `taken` gets a number, and is in it afterwards.
std::string sql_name(std::string_view text, std::string_view otherwise, std::set<std::string>& taken);

}  // namespace slipway::ingest
