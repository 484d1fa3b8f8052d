#include "daemon/ingest/format/json_row.hpp"

#include <simdjson.h>

#include <cstring>

#include "daemon/ingest/format/json_text.hpp"
#include "daemon/ingest/format/window.hpp"
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
    if (type != od::json_type::object) return "it is JSON, but not an object";
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

}  // namespace

struct JsonRow::Parser {
  od::parser parser;
};

JsonRow::JsonRow(const JsonShape& shape)
    : shape_(shape), fields_(shape.fields()), parser_(std::make_unique<Parser>()) {}

JsonRow::~JsonRow() = default;

void JsonRow::parse(std::string_view json, bool ascii, Row& row) {
  std::fill(fields_.begin(), fields_.end(), Field{});
  row.fields = fields_;
  // What is escaped may unescape to anything.
  row.clean = ascii && std::memchr(json.data(), '\\', json.size()) == nullptr;
  const simdjson::padded_string_view padded(json.data(), json.size(),
                                            json.size() + simdjson::SIMDJSON_PADDING);
  od::document document;
  std::string problem;
  if (const auto code = parser_->parser.iterate(padded).get(document))
    problem = simdjson::error_message(code);
  else
    problem = Walker(shape_, fields_).walk(document);
  row.problem.clear();
  if (!problem.empty()) row.problem = fmt::format("invalid JSON: {}", problem);
}

}  // namespace slipway::ingest
