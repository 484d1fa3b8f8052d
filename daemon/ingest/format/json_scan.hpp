// Finds where a JSON value ends without parsing it: brackets, strings and escapes are followed, byte after
// byte, and it may stop and go on anywhere. What is inside is parsed afterwards.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace slipway::ingest {

class JsonScan {
 public:
  enum class End {
    more,      // the bytes ended first
    value,     // at() is just behind the value
    mismatch,  // at() is a bracket that closes nothing, or one of the other kind
  };

  void begin();
  // Goes on at `from`, and leaves at() where it stopped.
  End scan(const char* from, const char* end);
  const char* at() const { return at_; }
  std::int64_t lines() const { return lines_; }  // line ends passed since begin()

  bool scalar() const { return begun_ && depth_ == 0 && !in_string_; }  // of what was seen so far

 private:
  static constexpr std::size_t kinds_max = 4096;  // deeper brackets are counted only
  void open(char bracket);
  bool close(char bracket);

  std::bitset<kinds_max> braces_;  // of the open brackets: is it a brace
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool begun_ = false;  // something of the value was seen
  std::int64_t lines_ = 0;
  const char* at_ = nullptr;
};

}  // namespace slipway::ingest
