#include "daemon/ingest/ndjson.hpp"

#include <simdjson.h>

#include <cstring>

#include "daemon/ingest/json_text.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

namespace od = simdjson::ondemand;
static_assert(simdjson::SIMDJSON_PADDING <= Window::padding_bytes);

constexpr int depth_max = 512;

// Visits every value of a document and keeps those that the shape wants.
class Walker {
 public:
  Walker(const JsonShape& shape, std::vector<Field>& fields) : shape_(shape), fields_(fields) {}

  // Why the document is no good; empty if it is.
  std::string walk(od::document& document) {
    od::json_type type;
    if (const auto code = document.type().get(type)) return simdjson::error_message(code);
    if (type != od::json_type::object) return "the line is JSON, but not an object";
    od::object object;
    if (const auto code = document.get_object().get(object)) return simdjson::error_message(code);
    if (!visit(object, &shape_.root(), 1)) return problem_;
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
      return "text stands behind the JSON object";
    return {};
  }

 private:
  bool refuse(std::string why) {
    problem_ = std::move(why);
    return false;
  }
  bool refuse(simdjson::error_code code) { return refuse(simdjson::error_message(code)); }

  void keep(const JsonShape::Node* node, std::string_view plain, std::string_view json, Cell cell) {
    if (node == nullptr) return;
    for (const JsonShape::Want& want : node->wants) {
      const std::string_view text = want.as_json ? json : plain;
      fields_[want.field] = {text.data(), static_cast<std::uint32_t>(text.size()), cell};
    }
  }

  bool visit(od::object& object, const JsonShape::Node* node, int depth) {
    if (depth > depth_max) return refuse(fmt::format("the JSON is nested more than {} deep", depth_max));
    for (auto member : object) {
      std::string_view key;
      if (const auto code = member.unescaped_key().get(key)) return refuse(code);
      const JsonShape::Node* below = node == nullptr ? nullptr : node->child(key);
      od::value value;
      if (const auto code = member.value().get(value)) return refuse(code);
      if (!visit(value, below, depth)) return false;
    }
    return true;
  }

  bool visit(od::array& array, const JsonShape::Node* node, int depth) {
    if (depth > depth_max) return refuse(fmt::format("the JSON is nested more than {} deep", depth_max));
    std::size_t index = 0;
    for (auto element : array) {
      od::value value;
      if (const auto code = element.get(value)) return refuse(code);
      const bool look = node != nullptr && !node->children.empty();
      if (!visit(value, look ? node->child(std::to_string(index)) : nullptr, depth)) return false;
      ++index;
    }
    return true;
  }

  // An object or array: its text first, where it is wanted, then all that is inside.
  template <class Nested>
  bool visit_nested(simdjson::simdjson_result<Nested> found, const JsonShape::Node* node, int depth) {
    Nested nested;
    if (const auto code = std::move(found).get(nested)) return refuse(code);
    if (node != nullptr && !node->wants.empty()) {
      std::string_view json;
      if (const auto code = nested.raw_json().get(json)) return refuse(code);
      json = trimmed(json);
      keep(node, json, json, Cell::text);
      if (const auto code = nested.reset().error()) return refuse(code);
    }
    return visit(nested, node, depth + 1);
  }

  bool visit(od::value& value, const JsonShape::Node* node, int depth) {
    od::json_type type;
    if (const auto code = value.type().get(type)) return refuse(code);
    if (type == od::json_type::object) return visit_nested(value.get_object(), node, depth);
    if (type == od::json_type::array) return visit_nested(value.get_array(), node, depth);
    const std::string_view token = trimmed(value.raw_json_token());
    if (type == od::json_type::string) {
      std::string_view text;
      if (const auto code = value.get_string().get(text)) return refuse(code);
      keep(node, text, token, Cell::text);
      return true;
    }
    if (!is_json_scalar(token)) return refuse(fmt::format("{} is not a JSON value", shown(token)));
    keep(node, token, token, type == od::json_type::null ? Cell::null : Cell::text);
    return true;
  }

  const JsonShape& shape_;
  std::vector<Field>& fields_;
  std::string problem_;
};

class NdjsonReader final : public RowReader {
 public:
  NdjsonReader(ByteStream& stream, const JsonShape& shape, std::size_t chunk_bytes)
      : window_(stream, chunk_bytes), shape_(shape), fields_(shape.fields()), cursor_(window_.begin()) {}

  Result<bool> next(Row& row) override {
    while (true) {
      const std::size_t left = static_cast<std::size_t>(window_.end() - cursor_);
      const void* found = std::memchr(cursor_, '\n', left);
      if (found == nullptr && !window_.last()) {
        if (!TRY(advance(cursor_))) return too_long(row);
        continue;
      }
      if (left == 0) return false;
      const char* end = found == nullptr ? window_.end() : static_cast<const char*>(found) + 1;
      if (read_line(row, {cursor_, static_cast<std::size_t>(end - cursor_)})) return true;
    }
  }

 private:
  Result<bool> advance(const char* from) {
    const bool room = TRY(window_.advance(from));
    if (room) cursor_ = window_.begin();
    return room;
  }

  // False for a line of nothing but space.
  bool read_line(Row& row, std::string_view raw) {
    row.raw = raw;
    row.line = line_++;
    row.offset = window_.offset_of(cursor_);
    cursor_ += raw.size();
    if (row.line == 1 && raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);
    const std::string_view json = trimmed(raw);
    if (json.empty()) return false;
    // What is escaped may unescape to anything.
    row.clean = window_.clean() && std::memchr(json.data(), '\\', json.size()) == nullptr;
    row.problem = parse(json);
    row.fields = fields_;
    return true;
  }

  std::string parse(std::string_view json) {
    std::fill(fields_.begin(), fields_.end(), Field{});
    const simdjson::padded_string_view padded(json.data(), json.size(),
                                              json.size() + simdjson::SIMDJSON_PADDING);
    od::document document;
    if (const auto code = parser_.iterate(padded).get(document))
      return describe(simdjson::error_message(code));
    const std::string problem = Walker(shape_, fields_).walk(document);
    return problem.empty() ? problem : describe(problem);
  }

  static std::string describe(std::string_view problem) { return fmt::format("invalid JSON: {}", problem); }

  Result<bool> too_long(Row& row) {
    row = Row{};
    row.line = line_++;
    row.offset = window_.offset_of(cursor_);
    row.problem = fmt::format("the line is longer than {} MiB", row_bytes_max >> 20);
    const void* found = nullptr;
    while (found == nullptr && !window_.last()) {
      TRY(advance(window_.end()));
      found = std::memchr(cursor_, '\n', static_cast<std::size_t>(window_.end() - cursor_));
    }
    cursor_ = found == nullptr ? window_.end() : static_cast<const char*>(found) + 1;
    return true;
  }

  Window window_;
  const JsonShape& shape_;
  std::vector<Field> fields_;
  od::parser parser_;
  const char* cursor_;
  std::int64_t line_ = 1;
};

}  // namespace

std::unique_ptr<RowReader> ndjson_reader(ByteStream& stream, const JsonShape& shape,
                                         std::size_t chunk_bytes) {
  return std::make_unique<NdjsonReader>(stream, shape, chunk_bytes);
}

}  // namespace slipway::ingest
