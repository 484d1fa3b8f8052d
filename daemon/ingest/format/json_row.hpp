// One JSON document into the fields of a row. It is parsed to its last byte, so that nothing in it goes
// unseen.
#pragma once

#include <memory>

#include "daemon/ingest/format/json_shape.hpp"
#include "daemon/ingest/format/row.hpp"

namespace slipway::ingest {

class JsonRow {
 public:
  explicit JsonRow(const JsonShape& shape);
  ~JsonRow();
  JsonRow(const JsonRow&) = delete;

  // Sets the row's fields, views into the document and the parser, and its problem. Window::padding_bytes may
  // be read behind the document. `ascii` as Window::clean().
  void parse(std::string_view json, bool ascii, Row& row);

 private:
  struct Parser;
  const JsonShape& shape_;
  std::vector<Field> fields_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace slipway::ingest
