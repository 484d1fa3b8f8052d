#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace slipway {

int exit_code(Kind kind) {
  switch (kind) {
    case Kind::failed:
    case Kind::cancelled:
      return 1;
    case Kind::usage:
      return 2;
    case Kind::refused:
      return 3;
    case Kind::busy:
      return 4;
    case Kind::rolled_back:
      return 5;
    case Kind::needs_operator:
      return 6;
  }
  return 1;
}

Error&& Error::because(Error cause) && {
  cause_ = std::make_shared<const Error>(std::move(cause));
  return std::move(*this);
}

const std::string& Error::next_step() const {
  if (!next_.empty() || !cause_) return next_;
  return cause_->next_step();
}

const std::string& Error::sqlstate() const {
  if (!sqlstate_.empty() || !cause_) return sqlstate_;
  return cause_->sqlstate();
}

std::string Error::summary() const {
  std::string line;
  if (at_) {
    line = at_->file;
    if (at_->line > 0) line += fmt::format(":{}", at_->line);
    if (at_->column > 0) line += fmt::format(":{}", at_->column);
    line += ": ";
  }
  line += what_;
  if (cause_) line += ": " + cause_->summary();
  return line;
}

std::string Error::text() const {
  const std::string& advice = next_step();
  return advice.empty() ? summary() : summary() + "\n  " + advice;
}

Error errno_error(std::string action) {
  return errno_error(std::move(action), errno);
}

Error errno_error(std::string action, int code) {
  return fail("{}: {}", action, std::strerror(code));
}

}  // namespace slipway
