// The text of one query, read just far enough to know what it names: parameters (`:name`), sources
// (`source.<name>`) and tables of live (`live.<table>`). It knows strings, quoted names, dollar quotes,
// comments and `::`, and leaves everything else to PostgreSQL.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace slipway::ingest {

struct SqlReference {
  enum class Kind { parameter, source, live };
  Kind kind = Kind::parameter;
  std::string name;
  std::string second;         // `b` of source.a.b: a table of an upstream, or a column
  std::size_t offset = 0;     // where it begins
  std::size_t size = 0;       // up to the end of its name
  std::size_t size_both = 0;  // up to the end of the second name; 0: there is none
};

struct SqlText {
  std::string file;  // for messages
  std::string text;
  Position at;                           // where the text itself begins, if that is not a file's beginning
  std::size_t begin = 0;                 // of the statement in it
  std::size_t end = 0;                   // behind it: no semicolon
  std::vector<SqlReference> references;  // in order
  std::set<std::string> words;           // every name in it, folded as PostgreSQL does

  Position position(std::size_t offset) const;
};

// One statement, or (as of `scope`) one expression. Kind::usage where it is none, or has what has no place
// there.
Result<SqlText> read_sql(std::string text, const std::string& file);
Result<SqlText> read_expression(std::string text, const Position& at);

// As it goes to the server.
struct Rendered {
  const SqlText* source = nullptr;
  std::string sql;
  struct Piece {
    std::size_t here, there;
    bool replaced;
  };
  std::vector<Piece> pieces;
  // Of a byte of `sql`: where that stands in the text.
  Position position(std::size_t offset) const;
};

// What stands in place of a reference, and whether that is also in place of its second name.
struct Replacement {
  std::string text;
  bool both = false;
};
Rendered render(const SqlText& text, const std::function<Replacement(const SqlReference&)>& replace);

}  // namespace slipway::ingest
