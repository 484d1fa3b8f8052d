// What only the server can say about a single value: what an unusual text means, and what a column's default
// is.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/ingest/connection.hpp"
#include "daemon/ingest/schema/catalog.hpp"

namespace slipway::ingest {

class ServerSide {
 public:
  explicit ServerSide(Connection connection) : connection_(std::move(connection)) {}

  struct Answer {
    bool accepted = false;
    std::string bytes;  // the binary form, or why it was refused
  };
  // For other questions, on the same thread.
  Connection& connection() { return connection_; }

  // The text in that column's type. The answer is valid until the next call.
  Result<const Answer*> ask(const CatalogColumn& column, std::string_view text);
  // The next value of the column's default, as text; nothing is NULL.
  Result<std::optional<std::string>> next_default(const CatalogColumn& column);

 private:
  struct Defaults {
    std::vector<std::optional<std::string>> values;
    std::size_t used = 0;
  };
  Result<Answer> look_up(const CatalogColumn& column, const std::string& text);

  Connection connection_;
  std::map<const CatalogColumn*, std::unordered_map<std::string, Answer>> answers_;
  std::size_t kept_ = 0;
  Answer long_answer_;
  std::map<const CatalogColumn*, Defaults> defaults_;
};

}  // namespace slipway::ingest
