// Reads a secret at the moment it is needed.
// A file that others can read is not refused: Docker and Kubernetes mount secrets with modes 0444 and 0644.
// One that others can write is: they could point us at a server of their own.
#include "base/config/secret.hpp"

#include <sys/stat.h>

#include <cstdlib>

namespace slipway::config {
namespace {

constexpr std::size_t largest_secret_bytes = 64 << 10;

Done refuse_writable_by_others(const Path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0)
    return errno_error("cannot look at the secret file " + file.string());
  if (!(found.st_mode & S_IWOTH)) return {};
  return error(Kind::usage, "the secret file {} can be written by everybody", file.string())
      .next("Take that right away: chmod o-w " + file.string());
}

// One line; the newline that an editor or echo puts at its end is not part of it.
Result<std::string> one_line(std::string text, const std::string& what) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return error(Kind::usage, "{} is empty", what);
  if (text.find_first_of(std::string_view("\n\r\0", 3)) != std::string::npos)
    return error(Kind::usage, "{} holds more than one line", what).next("Put the value alone into it.");
  return text;
}

}  // namespace

Result<std::string> Secret::read() const {
  if (!value.empty()) return value;
  if (!file.empty()) {
    TRY(refuse_writable_by_others(file));
    return one_line(TRY(real_files().read(file, largest_secret_bytes)), "the secret file " + file.string());
  }
  const char* const text = variable.empty() ? nullptr : std::getenv(variable.c_str());
  if (!text) return error(Kind::usage, "the environment variable `{}` is not set", variable);
  return one_line(text, "the environment variable `" + variable + "`");
}

}  // namespace slipway::config
