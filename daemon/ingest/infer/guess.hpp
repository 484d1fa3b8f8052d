// What type a column should have, told by its values: the narrowest that takes every one of them just as it
// is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace slipway::ingest {

// Where a value comes from says what it may be: a JSON string "7" is no number, a CSV field 7 is.
enum class ValueKind { csv_field, json_text, json_number, json_truth, json_nested };

class Guess {
 public:
  explicit Guess(bool key_like = false) : key_like_(key_like) {}

  void see(std::string_view value, ValueKind kind);
  void see_null() { ++nulls_; }

  // As CREATE TABLE takes it. Text where there was no value at all.
  std::string type() const;
  bool nullable() const { return nulls_ > 0 || empty_is_null(); }
  // Empty texts, in a column that is none of text.
  bool empty_is_null() const;
  // Every row had a value, and no two the same; only kept of columns that are called like a key.
  bool unique() const;
  std::int64_t seen() const { return values_ + nulls_ + empty_; }

 private:
  unsigned possible_ = ~0U;
  std::int64_t values_ = 0;
  std::int64_t nulls_ = 0;
  std::int64_t empty_ = 0;
  bool key_like_;
  bool twice_ = false;
  std::unordered_set<std::string> all_;
};

}  // namespace slipway::ingest
