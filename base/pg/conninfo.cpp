// What conninfos say, read by libpq's own parser.
#include "base/pg/conninfo.hpp"

#include <libpq-fe.h>

#include <memory>

#include "base/pg/identifier.hpp"

namespace slipway::pg {

using Pairs = std::map<std::string, std::string>;

namespace {

std::string value_of(const Pairs& pairs, const std::string& key, const std::string& otherwise = "") {
  const auto found = pairs.find(key);
  return found == pairs.end() ? otherwise : found->second;
}

}  // namespace

Result<Pairs> conninfo_parts(const std::string& conninfo) {
  char* unsafe = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(conninfo.c_str(), &unsafe), PQconninfoFree);
  PQfreemem(unsafe);
  if (!options)
    return error(Kind::usage, "the connection string is not a valid one")
        .next("Expected is postgresql://user@host:port/database or key=value pairs.");
  Pairs pairs;
  for (const PQconninfoOption* one = options.get(); one->keyword; ++one)
    if (one->val) pairs[one->keyword] = one->val;
  return pairs;
}

Result<std::string> with_database(const std::string& conninfo, const std::string& database) {
  Pairs pairs = TRY(conninfo_parts(conninfo));
  pairs["dbname"] = database;
  pairs.emplace("keepalives_idle", "30");
  pairs.emplace("keepalives_interval", "10");
  std::string text;
  for (const auto& [key, value] : pairs)
    text += (text.empty() ? "" : " ") + key + "=" + conninfo_value(value);
  return text;
}

Result<std::string> database_of(const std::string& conninfo) {
  return value_of(TRY(conninfo_parts(conninfo)), "dbname");
}

Result<std::string> server_of(const std::string& conninfo) {
  const Pairs pairs = TRY(conninfo_parts(conninfo));
  return value_of(pairs, "host", value_of(pairs, "hostaddr", "the local socket")) + ":" +
         value_of(pairs, "port", "5432");
}

}  // namespace slipway::pg
