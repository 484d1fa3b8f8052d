#include "daemon/ingest/sql/split.hpp"

#include <algorithm>
#include <cstdint>

#include "daemon/ingest/sql/characters.hpp"

namespace slipway::ingest {
namespace {

bool same_word(std::string_view word, std::string_view upper) {
  return word.size() == upper.size() &&
         std::equal(word.begin(), word.end(), upper.begin(), [](char a, char b) {
           return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 32) : a) == b;
         });
}

class Splitter {
 public:
  explicit Splitter(std::string_view sql) : sql_(sql) {}

  std::vector<SqlStatement> split() {
    while (at_ < sql_.size()) {
      if (skip_space_or_comment()) continue;
      if (!started_) begin();
      if (started_ && at_ == first_ && sql_[at_] == '\\')
        psql_command();
      else
        step();
    }
    end();
    return std::move(statements_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  void begin() {
    started_ = true;
    first_ = at_;
    parentheses_ = bodies_ = 0;
    previous_ = {};
  }

  void end() {
    if (started_ && at_ > first_) statements_.push_back({first_, sql_.substr(first_, at_ - first_)});
    started_ = false;
  }

  void psql_command() {
    at_ = std::min(sql_.find('\n', at_), sql_.size());
    end();
  }

  bool skip_space_or_comment() {
    if (is_space(peek())) return ++at_, true;
    if (peek() == '-' && peek(1) == '-') return at_ = std::min(sql_.find('\n', at_), sql_.size()), true;
    if (peek() != '/' || peek(1) != '*') return false;
    int depth = 0;
    do {
      if (peek() == '/' && peek(1) == '*')
        ++depth, at_ += 2;
      else if (peek() == '*' && peek(1) == '/')
        --depth, at_ += 2;
      else
        ++at_;
    } while (depth > 0 && at_ < sql_.size());
    return true;
  }

  void step() {
    const char c = peek();
    if (c == '\'')
      quoted('\'', previous_is_e_);
    else if (c == '"')
      quoted('"', false);
    else if (c == '$')
      dollar_quoted();
    else if (begins_word(c))
      word();
    else if (c == ';' && parentheses_ <= 0 && bodies_ == 0) {
      end();
      ++at_;
    } else {
      parentheses_ += c == '(' ? 1 : c == ')' ? -1 : 0;
      ++at_;
    }
  }

  void quoted(char quote, bool backslashes) {
    for (++at_; at_ < sql_.size(); ++at_) {
      if (backslashes && sql_[at_] == '\\')
        ++at_;
      else if (sql_[at_] == quote && peek(1) == quote)
        ++at_;
      else if (sql_[at_] == quote)
        break;
    }
    at_ = std::min(at_ + 1, sql_.size());
    previous_is_e_ = false;
  }

  void dollar_quoted() {
    std::size_t tag_end = at_ + 1;
    while (tag_end < sql_.size() && in_word(sql_[tag_end]) && sql_[tag_end] != '$') ++tag_end;
    const bool tag = tag_end < sql_.size() && sql_[tag_end] == '$' && !is_digit(peek(1));
    if (!tag) {
      ++at_;
      return;
    }
    const std::string_view delimiter = sql_.substr(at_, tag_end + 1 - at_);
    const std::size_t close = sql_.find(delimiter, tag_end + 1);
    at_ = close == std::string_view::npos ? sql_.size() : close + delimiter.size();
  }

  // BEGIN ATOMIC opens the body of a function, in which CASE and END nest.
  void word() {
    const std::size_t from = at_;
    while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
    const std::string_view word = sql_.substr(from, at_ - from);
    previous_is_e_ = same_word(word, "E") && peek() == '\'';
    if (same_word(word, "ATOMIC") && same_word(previous_, "BEGIN"))
      bodies_ = 1;
    else if (bodies_ > 0 && same_word(word, "CASE"))
      ++bodies_;
    else if (bodies_ > 0 && same_word(word, "END"))
      --bodies_;
    previous_ = word;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  bool started_ = false;
  std::size_t first_ = 0;
  int parentheses_ = 0;
  int bodies_ = 0;
  std::string_view previous_;
  bool previous_is_e_ = false;
  std::vector<SqlStatement> statements_;
};

}  // namespace

std::vector<SqlStatement> split_sql(std::string_view sql) {
  return Splitter(sql).split();
}

Position position_of(std::string_view sql, std::size_t offset, const std::string& file) {
  Position position{file, 1, 1};
  for (const char c : sql.substr(0, offset)) {
    if (c == '\n') {
      ++position.line;
      position.column = 1;
    } else if ((static_cast<std::uint8_t>(c) & 0xC0U) != 0x80U) {
      ++position.column;
    }
  }
  return position;
}

}  // namespace slipway::ingest
