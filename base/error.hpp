// Errors as values: what happened, to what, why, and what to do next.
#pragma once

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace slipway {

// What an error means to whoever has to act on it. Each kind is one exit code of the commands.
enum class Kind {
  failed,          // 1: it did not work; production is as it was
  usage,           // 2: the command line or the config is wrong
  refused,         // 3: a guardrail or a check said no
  busy,            // 4: someone else holds the target
  rolled_back,     // 5: switched, verification failed, what was live before is live again
  needs_operator,  // 6
  cancelled,       // 1: somebody asked for it
};

int exit_code(Kind kind);

// A place in something that a user wrote. Lines and columns count from 1; 0 means unknown.
struct Position {
  std::string file;
  int line = 0;
  int column = 0;
};

class [[nodiscard]] Error {
 public:
  Error(Kind kind, std::string what) : kind_(kind), what_(std::move(what)) {}

  Error&& next(std::string step) && {
    next_ = std::move(step);
    return std::move(*this);
  }
  Error&& at(Position where) && {
    at_ = std::move(where);
    return std::move(*this);
  }
  Error&& because(Error cause) &&;
  Error&& sqlstate(std::string code) && {
    sqlstate_ = std::move(code);
    return std::move(*this);
  }

  Kind kind() const { return kind_; }
  const std::string& what() const { return what_; }
  const std::optional<Position>& where() const { return at_; }
  // The nearest advice along the chain of causes; empty if nobody gave any.
  const std::string& next_step() const;
  // The SQLSTATE of the nearest cause that came from PostgreSQL; empty if none did.
  const std::string& sqlstate() const;
  // One line without the advice: "file:3:5: what: cause: cause".
  std::string summary() const;
  // The summary, and the advice on a line of its own.
  std::string text() const;

 private:
  Kind kind_;
  std::string what_;
  std::string next_;
  std::string sqlstate_;
  std::optional<Position> at_;
  std::shared_ptr<const Error> cause_;
};

template <class... Args>
Error error(Kind kind, fmt::format_string<Args...> text, Args&&... args) {
  return Error(kind, fmt::format(text, std::forward<Args>(args)...));
}

// The everyday error.
template <class... Args>
Error fail(fmt::format_string<Args...> text, Args&&... args) {
  return Error(Kind::failed, fmt::format(text, std::forward<Args>(args)...));
}

// "cannot open x: No such file or directory", from errno. The first argument names the action and its object.
Error errno_error(std::string action);
Error errno_error(std::string action, int code);

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  // By value: what a result that is about to go held must not be referred to (`for (x : *f())`).
  T value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_; }
  void value() const {}
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

using Done = Result<void>;

}  // namespace slipway

// The value of a Result, or out of this function with its error. Not for coroutines.
#define TRY(expression)                                      \
  __extension__({                                            \
    auto try_result_ = (expression);                         \
    if (!try_result_) return std::move(try_result_).error(); \
    std::move(try_result_).value();                          \
  })
