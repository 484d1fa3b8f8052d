#include "daemon/ingest/sql/text.hpp"

#include <algorithm>
#include <cstdint>

#include "daemon/ingest/sql/characters.hpp"
#include "daemon/ingest/sql/split.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

class Lexer {
 public:
  Lexer(SqlText& text, bool expression) : text_(text), sql_(text.text), expression_(expression) {}

  Done run() {
    while (at_ < sql_.size()) {
      if (TRY(skip_space_or_comment())) continue;
      if (ended_) return wrong(at_, "a second statement begins here").next("a file holds one query");
      if (!started_) text_.begin = at_, started_ = true;
      if (sql_[at_] == ';')
        TRY(semicolon());
      else
        TRY(token());
    }
    if (!started_) return wrong(0, expression_ ? "it is empty" : "it holds no query");
    if (!ended_) text_.end = last_;
    return {};
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }
  Error wrong(std::size_t offset, std::string_view what) const {
    return error(Kind::usage, "{}", what).at(text_.position(offset));
  }

  // False where there is neither.
  Result<bool> skip_space_or_comment() {
    if (is_space(peek())) return ++at_, true;
    if (peek() == '-' && peek(1) == '-') return at_ = std::min(sql_.find('\n', at_), sql_.size()), true;
    if (peek() != '/' || peek(1) != '*') return false;
    const std::size_t open = at_;
    int depth = 0;
    do {
      if (at_ >= sql_.size()) return wrong(open, "this comment does not end");
      if (peek() == '/' && peek(1) == '*')
        ++depth, at_ += 2;
      else if (peek() == '*' && peek(1) == '/')
        --depth, at_ += 2;
      else
        ++at_;
    } while (depth > 0);
    return true;
  }

  Done semicolon() {
    if (expression_) return wrong(at_, "a semicolon has no place in an expression");
    text_.end = last_;
    ended_ = true;
    ++at_;
    return {};
  }

  Done token() {
    const char c = peek();
    const bool after_dot = after_dot_;
    after_dot_ = false;
    if (c == '\'')
      TRY(quoted('\'', false));
    else if (c == '"')
      TRY(quoted('"', false));
    else if (c == '$')
      TRY(dollar());
    else if (c == ':')
      colon();
    else if (is_digit(c))
      number();
    else if (begins_word(c))
      TRY(word(after_dot));
    else
      after_dot_ = c == '.', ++at_;
    last_ = at_;
    return {};
  }

  Done quoted(char quote, bool backslashes) {
    const std::size_t open = at_;
    for (++at_; at_ < sql_.size(); ++at_) {
      if (backslashes && sql_[at_] == '\\')
        ++at_;
      else if (sql_[at_] == quote && peek(1) == quote)
        ++at_;
      else if (sql_[at_] == quote)
        return ++at_, Done();
    }
    return wrong(open, quote == '"' ? "this quoted name does not end" : "this string does not end");
  }

  Done dollar() {
    if (is_digit(peek(1)))
      return wrong(at_, fmt::format("{} has no place here", sql_.substr(at_, 2)))
          .next("write a parameter as :name");
    std::size_t tag_end = at_ + 1;
    while (tag_end < sql_.size() && in_word(sql_[tag_end]) && sql_[tag_end] != '$') ++tag_end;
    if (tag_end >= sql_.size() || sql_[tag_end] != '$') return ++at_, Done();
    const std::string_view delimiter = sql_.substr(at_, tag_end + 1 - at_);
    const std::size_t close = sql_.find(delimiter, tag_end + 1);
    if (close == std::string_view::npos) return wrong(at_, "this dollar quote does not end");
    at_ = close + delimiter.size();
    return {};
  }

  // `::` is a cast, `a[1:2]` and `:=` are none of ours either.
  void colon() {
    if (peek(1) == ':') {
      at_ += 2;
      return;
    }
    const std::size_t from = at_++;
    if (!begins_word(peek())) return;
    while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
    SqlReference found;
    found.name = sql_.substr(from + 1, at_ - from - 1);
    found.offset = from;
    found.size = at_ - from;
    text_.references.push_back(std::move(found));
  }

  // So that the e of 1e5 is no word.
  void number() {
    while (at_ < sql_.size() && (in_word(sql_[at_]) || sql_[at_] == '.')) ++at_;
  }

  std::string folded(std::size_t from) const {
    std::string name;
    for (const char c : sql_.substr(from, at_ - from)) name += lower(c);
    return name;
  }

  Done word(bool after_dot) {
    const std::size_t from = at_;
    while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
    const std::string name = folded(from);
    if (name == "e" && peek() == '\'') return quoted('\'', true);
    text_.words.insert(name);
    const bool ours = (name == "source" || name == "live") && !after_dot && peek() == '.';
    return ours ? relation(name, from) : Done();
  }

  // The name behind the dot that stands here; empty where there is none (`live.*`).
  Result<std::string> name_behind_dot() {
    const std::size_t dot = at_++;
    const std::size_t from = at_;
    if (peek() == '"') {
      TRY(quoted('"', false));
      std::string name;
      for (std::size_t i = from + 1; i + 1 < at_; ++i) {
        name += sql_[i];
        if (sql_[i] == '"') ++i;
      }
      return name;
    }
    if (!begins_word(peek())) {
      at_ = dot;
      return std::string();
    }
    while (at_ < sql_.size() && in_word(sql_[at_])) ++at_;
    return folded(from);
  }

  Done relation(const std::string& schema, std::size_t from) {
    SqlReference found;
    found.kind = schema == "source" ? SqlReference::Kind::source : SqlReference::Kind::live;
    found.offset = from;
    found.name = TRY(name_behind_dot());
    if (found.name.empty())
      return wrong(from, fmt::format("`{}.` names nothing", schema))
          .next(fmt::format("write {}.NAME", schema));
    found.size = at_ - from;
    text_.words.insert(found.name);
    if (peek() == '.') {
      found.second = TRY(name_behind_dot());
      text_.words.insert(found.second);
      if (!found.second.empty()) found.size_both = at_ - from;
    }
    text_.references.push_back(std::move(found));
    return {};
  }

  SqlText& text_;
  std::string_view sql_;
  bool expression_;
  std::size_t at_ = 0;
  std::size_t last_ = 0;  // behind the last token
  bool started_ = false;
  bool ended_ = false;
  bool after_dot_ = false;
};

Result<SqlText> read(SqlText text, bool expression) {
  const std::string problem = encoding_problem(text.text);
  if (!problem.empty()) return error(Kind::usage, "{}", problem).at(text.position(0));
  TRY(Lexer(text, expression).run());
  return text;
}

}  // namespace

// What stands inside another file has only one place: its own escapes would shift every other.
Position SqlText::position(std::size_t offset) const {
  return at.line > 0 ? at : position_of(text, offset, file);
}

Result<SqlText> read_sql(std::string text, const std::string& file) {
  SqlText sql;
  sql.file = file;
  sql.text = text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : std::move(text);
  return read(std::move(sql), false);
}

Result<SqlText> read_expression(std::string text, const Position& at) {
  SqlText sql;
  sql.file = at.file;
  sql.text = std::move(text);
  sql.at = at;
  return read(std::move(sql), true);
}

Rendered render(const SqlText& text, const std::function<Replacement(const SqlReference&)>& replace) {
  Rendered out;
  out.source = &text;
  std::size_t from = text.begin;
  const auto keep_until = [&](std::size_t end) {
    out.pieces.push_back({out.sql.size(), from, false});
    out.sql += std::string_view(text.text).substr(from, end - from);
  };
  for (const SqlReference& reference : text.references) {
    keep_until(reference.offset);
    const Replacement other = replace(reference);
    out.pieces.push_back({out.sql.size(), reference.offset, true});
    out.sql += other.text;
    from = reference.offset + (other.both ? reference.size_both : reference.size);
  }
  keep_until(text.end);
  return out;
}

Position Rendered::position(std::size_t offset) const {
  const auto behind = std::upper_bound(pieces.begin(), pieces.end(), offset,
                                       [](std::size_t at, const Piece& piece) { return at < piece.here; });
  if (behind == pieces.begin()) return source->position(source->begin);
  const Piece& piece = *std::prev(behind);
  const std::size_t there = piece.replaced ? piece.there : piece.there + (offset - piece.here);
  return source->position(std::min(there, source->text.size()));
}

}  // namespace slipway::ingest
