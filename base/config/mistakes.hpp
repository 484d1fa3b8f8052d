// Everything that is wrong with one config file, gathered, so that a user sees it all at once.
#pragma once

#include <fmt/core.h>

#include <string>
#include <utility>
#include <vector>

#include "base/config/value.hpp"
#include "base/error.hpp"

namespace slipway::config {

class Mistakes {
 public:
  explicit Mistakes(std::string file) : file_(std::move(file)) {}

  void add(const Position& at, std::string what);
  template <class... Args>
  void add(const Value& value, fmt::format_string<Args...> text, Args&&... args) {
    add(at(value), fmt::format(text, std::forward<Args>(args)...));
  }
  Position at(const Value& value) const { return {file_, value.line, value.column}; }
  bool none() const { return found_.empty(); }
  std::size_t count() const { return found_.size(); }
  // Kind::usage, a line for each mistake in the file's order.
  Error as_error() const;

 private:
  struct Mistake {
    Position at;
    std::string what;
  };
  std::string file_;
  std::vector<Mistake> found_;
};

}  // namespace slipway::config
