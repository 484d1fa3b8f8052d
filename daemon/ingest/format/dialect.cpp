#include "daemon/ingest/format/dialect.hpp"

namespace slipway::ingest {

Dialect dialect_of(const config::Dialect& given, Format format, char delimiter) {
  const bool text = format == Format::text;
  Dialect dialect;
  dialect.delimiter = given.delimiter.value_or(delimiter);
  dialect.quote = text ? '\0' : given.quote.value_or('"');
  dialect.escape = given.escape.value_or(dialect.quote);
  dialect.nulls = given.nulls.value_or(std::vector<std::string>{text ? "\\N" : ""});
  dialect.header = given.header.value_or(!text);
  dialect.names = given.names;
  dialect.pad = given.ragged == config::Ragged::pad;
  return dialect;
}

}  // namespace slipway::ingest
