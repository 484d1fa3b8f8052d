// What PostgreSQL asks of every text in a UTF8 database, and how much of it to show to a person.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::ingest {

// No byte above 127 and no NUL.
bool is_plain_ascii(std::string_view text);
// Why PostgreSQL would refuse it: broken UTF-8 or a NUL byte, with where. Empty if it would not.
std::string encoding_problem(std::string_view text);
// Code points of valid UTF-8.
std::size_t count_characters(std::string_view text);
// At most 80 bytes of it, broken bytes as \xNN, whole characters only.
std::string shown(std::string_view text);
// The same for whole sentences: at most 400 bytes.
std::string shown_long(std::string_view text);
// Spaces, tabs and line ends off both sides.
std::string_view trimmed(std::string_view text);
// A JSON string, quotes included; broken bytes as \\xNN.
std::string json_string(std::string_view text);

// Where that character begins, counted from 1 as PostgreSQL does.
std::size_t byte_of_character(std::string_view text, std::size_t character);
// One after another.
template <class Texts>
std::string joined(const Texts& texts, std::string_view between = ", ") {
  std::string out;
  for (const auto& one : texts) {
    if (!out.empty()) out += between;
    out += one;
  }
  return out;
}

}  // namespace slipway::ingest
