#include "daemon/ingest/sql/name.hpp"

#include <algorithm>

#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t name_bytes_max = 63;
constexpr std::size_t number_bytes = 5;  // room for "_9999"

// Those that cannot stand bare as the name of a column or a table, and those of every table's own columns.
constexpr std::string_view reserved[] = {"all",
                                         "analyse",
                                         "analyze",
                                         "and",
                                         "any",
                                         "array",
                                         "as",
                                         "asc",
                                         "asymmetric",
                                         "authorization",
                                         "binary",
                                         "both",
                                         "case",
                                         "cast",
                                         "check",
                                         "cmax",
                                         "cmin",
                                         "collate",
                                         "collation",
                                         "column",
                                         "concurrently",
                                         "constraint",
                                         "create",
                                         "cross",
                                         "ctid",
                                         "current_catalog",
                                         "current_date",
                                         "current_role",
                                         "current_schema",
                                         "current_time",
                                         "current_timestamp",
                                         "current_user",
                                         "default",
                                         "deferrable",
                                         "desc",
                                         "distinct",
                                         "do",
                                         "else",
                                         "end",
                                         "except",
                                         "false",
                                         "fetch",
                                         "for",
                                         "foreign",
                                         "freeze",
                                         "from",
                                         "full",
                                         "grant",
                                         "group",
                                         "having",
                                         "ilike",
                                         "in",
                                         "initially",
                                         "inner",
                                         "intersect",
                                         "into",
                                         "is",
                                         "isnull",
                                         "join",
                                         "lateral",
                                         "leading",
                                         "left",
                                         "like",
                                         "limit",
                                         "localtime",
                                         "localtimestamp",
                                         "natural",
                                         "not",
                                         "notnull",
                                         "null",
                                         "offset",
                                         "on",
                                         "only",
                                         "or",
                                         "order",
                                         "outer",
                                         "overlaps",
                                         "placing",
                                         "primary",
                                         "references",
                                         "returning",
                                         "right",
                                         "select",
                                         "session_user",
                                         "similar",
                                         "some",
                                         "symmetric",
                                         "system_user",
                                         "table",
                                         "tableoid",
                                         "tablesample",
                                         "then",
                                         "to",
                                         "trailing",
                                         "true",
                                         "union",
                                         "unique",
                                         "user",
                                         "using",
                                         "variadic",
                                         "verbose",
                                         "when",
                                         "where",
                                         "window",
                                         "with",
                                         "xmax",
                                         "xmin"};

bool upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// aB and ABc are two words each: a_b, a_bc.
bool word_begins(std::string_view text, std::size_t at) {
  if (at == 0 || !upper(text[at])) return false;
  const bool next_low = at + 1 < text.size() && text[at + 1] >= 'a' && text[at + 1] <= 'z';
  return lower_or_digit(text[at - 1]) || (upper(text[at - 1]) && next_low);
}

std::string words_of(std::string_view text) {
  std::string name;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool other_alphabet = (static_cast<unsigned char>(c) & 0x80U) != 0;
    const bool kept = upper(c) || lower_or_digit(c) || other_alphabet;
    if ((!kept || word_begins(text, at)) && !name.empty() && name.back() != '_') name += '_';
    if (kept) name += upper(c) ? static_cast<char>(c + 32) : c;
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

// No byte of a character that is cut in two stays.
void shorten(std::string& name, std::size_t bytes) {
  if (name.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xC0U) == 0x80U) --bytes;
  name.resize(bytes);
}

}  // namespace

std::string sql_name(std::string_view text, std::string_view otherwise, std::set<std::string>& taken) {
  std::string name = encoding_problem(text).empty() ? words_of(text) : std::string();
  if (name.empty()) name = otherwise;
  if (name[0] >= '0' && name[0] <= '9') name = "c_" + name;
  shorten(name, name_bytes_max - number_bytes);
  if (std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved)) name += '_';
  const std::string first = name;
  for (int number = 2; !taken.insert(name).second; ++number) name = first + "_" + std::to_string(number);
  return name;
}

}  // namespace slipway::ingest
