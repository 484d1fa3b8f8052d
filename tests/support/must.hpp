// For tests: the value of a Result, or an exception with what went wrong.
#pragma once

#include <stdexcept>

#include "base/error.hpp"

namespace slipway::test {

template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(result).value();
}
inline void must(Done done) {
  if (!done) throw std::runtime_error(done.error().text());
}

}  // namespace slipway::test
