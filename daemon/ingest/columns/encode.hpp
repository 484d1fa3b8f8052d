// From a text to the bytes that COPY BINARY wants, for each type that we know. An encoder takes the common
// spellings and nothing doubtful: whatever it does not know for certain is asked of the server, whose word is
// final.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ingest/columns/out.hpp"

namespace slipway::ingest {

enum class Fit {
  yes,  // length and bytes were appended
  ask,  // nothing was appended: let the server decide
  no,   // nothing was appended: refusal_of() says why
};

struct TypeInfo;
// The text is valid UTF-8 without NUL; ascii says that it has no byte above 127. Room for 2 * size + 64 bytes
// is reserved.
using Encode = Fit (*)(const TypeInfo& type, std::string_view text, bool ascii, Out& out);

struct TypeInfo {
  std::string name;  // as PostgreSQL writes it: "character varying(20)"
  std::string
      base;  // "int4", "enum"; of a domain, what it rests on; empty for those that are not PostgreSQL's
  int typmod = -1;          // as declared; -1: not
  Encode encode = nullptr;  // none: this type goes by text COPY
  int length_max = -1;      // characters, of varchar(n) and char(n)
  int precision = -1;       // of numeric(p,s)
  int scale = 0;
  std::vector<std::string> labels;               // of an enum, sorted
  bool json = false;                             // wants a JSON value as its JSON text
  std::shared_ptr<const TypeInfo> element = {};  // of an array
  std::uint32_t element_oid = 0;
};

// By the type's name in pg_catalog ("int4", "timestamptz"); none for those that we do not know.
Encode encoder_of(std::string_view internal_name);
Encode enum_encoder();

// Why an encoder said no.
std::string refusal_of(const TypeInfo& type, std::string_view text);

}  // namespace slipway::ingest
