#include "daemon/http/head_check.hpp"

#include <algorithm>
#include <optional>

namespace slipway::http {
namespace {

constexpr std::size_t longest_target_bytes = 4096;

struct Seen {
  bool http_1_0 = false;
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_token_character(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool same(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// No control character but the tab, and no CR or LF but the pairs that end lines.
bool has_stray_controls(std::string_view line) {
  return std::any_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7f;
  });
}

HeadVerdict check_request_line(std::string_view line, Seen& seen) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return {400, "the request line is malformed"};
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(line.substr(0, first)) || target.find(' ') != std::string_view::npos)
    return {400, "the request line is malformed"};
  if (target.size() > longest_target_bytes) return {414, "the target is longer than 4096 bytes"};
  if (std::any_of(target.begin(), target.end(), [](char c) { return static_cast<unsigned char>(c) > 0x7e; }))
    return {400, "the target holds bytes that must be percent-encoded"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return {505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  seen.http_1_0 = version == "HTTP/1.0";
  return {};
}

HeadVerdict check_length(std::string_view value, Seen& seen) {
  if (++seen.lengths > 1) return {400, "there is more than one Content-Length"};
  constexpr std::size_t most_digits = 15;
  if (value.empty() || value.size() > most_digits || !std::all_of(value.begin(), value.end(), is_digit))
    return {400, "the Content-Length is no plain number"};
  return {};
}

HeadVerdict check_encoding(std::string_view value, Seen& seen) {
  if (++seen.encodings > 1) return {400, "there is more than one Transfer-Encoding"};
  if (seen.http_1_0) return {400, "HTTP/1.0 has no Transfer-Encoding"};
  if (!same(value, "chunked")) return {501, "the only Transfer-Encoding understood here is chunked"};
  return {};
}

HeadVerdict check_field(std::string_view line, Seen& seen) {
  if (line.front() == ' ' || line.front() == '\t') return {400, "a header is folded over several lines"};
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return {400, "a header's name is malformed"};
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same(name, "content-length")) return check_length(value, seen);
  if (same(name, "transfer-encoding")) return check_encoding(value, seen);
  if (same(name, "host")) {
    if (++seen.hosts > 1) return {400, "there is more than one Host"};
    if (value.find_first_of(" \t,/@") != std::string_view::npos) return {400, "the Host is malformed"};
  }
  return {};
}

HeadVerdict check_together(const Seen& seen) {
  if (seen.hosts == 0 && !seen.http_1_0) return {400, "the Host is missing"};
  if (seen.lengths > 0 && seen.encodings > 0)
    return {400, "Content-Length and Transfer-Encoding contradict each other"};
  return {};
}

}  // namespace

HeadVerdict check_head(std::string_view head) {
  Seen seen;
  for (bool first = true; head != "\r\n"; first = false) {
    const std::size_t end = head.find("\r\n");
    if (end == std::string_view::npos) return {400, "the head does not end"};
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(end + 2);
    if (line.empty()) return {400, "the head begins with an empty line"};
    if (has_stray_controls(line)) return {400, "the head holds a control character"};
    const HeadVerdict verdict = first ? check_request_line(line, seen) : check_field(line, seen);
    if (verdict.status != 0) return verdict;
  }
  return check_together(seen);
}

}  // namespace slipway::http
