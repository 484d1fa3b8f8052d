// Reads YAML by its events rather than as the library's tree: the tree hides duplicate keys and expands
// aliases.
#include "base/config/document.hpp"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <utility>

#include "base/config/utf8.hpp"

namespace slipway::config {
namespace {

constexpr std::size_t most_values = 100'000;

// Leaves the library's parser from within one of its events.
struct Refusal {
  YAML::Mark mark;
  std::string what;
};

Position place(const std::string& file, const YAML::Mark& mark) {
  return {file, mark.line + 1, mark.column + 1};
}

// Builds the tree. Containers that are still open stand on a stack.
class Builder : public YAML::EventHandler {
 public:
  std::optional<Value> root;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_extras(mark, "?", anchor);
    place_value(mark, Value());
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refusal{mark, "aliases (*name) are not supported; write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    refuse_extras(mark, tag, anchor);
    place_value(mark, Value::of(text));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::list());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Value::map());
  }
  void OnMapEnd() override { close(); }

 private:
  static void refuse_extras(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refusal{mark, "anchors (&name) are not supported; write the value out each time"};
    if (!tag.empty() && tag != "?" && tag != "!") throw Refusal{mark, "tags (" + tag + ") are not supported"};
  }

  bool expects_key() const {
    return !open_.empty() && open_.back().type == Value::Type::map &&
           open_.back().keys.size() == open_.back().items.size();
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Value value) {
    refuse_extras(mark, tag, anchor);
    if (expects_key()) throw Refusal{mark, "a key must be plain text, not a list or a map"};
    count(mark);
    value.line = mark.line + 1;
    value.column = mark.column + 1;
    open_.push_back(std::move(value));
  }

  void close() {
    Value value = std::move(open_.back());
    open_.pop_back();
    attach(std::move(value));
  }

  void place_value(const YAML::Mark& mark, Value value) {
    count(mark);
    value.line = mark.line + 1;
    value.column = mark.column + 1;
    if (expects_key()) return add_key(mark, std::move(value));
    attach(std::move(value));
  }

  void add_key(const YAML::Mark& mark, Value key) {
    if (key.type != Value::Type::text || key.text.empty()) throw Refusal{mark, "a key must not be empty"};
    if (key.text == "<<") throw Refusal{mark, "merge keys (<<) are not supported; write the values out"};
    for (const Value& earlier : open_.back().keys)
      if (earlier.text == key.text)
        throw Refusal{mark, "duplicate key `" + key.text + "`; it stands already in line " +
                                std::to_string(earlier.line)};
    if (open_.back().keys.size() >= 5000) throw Refusal{mark, "more than 5000 keys in one map"};
    open_.back().keys.push_back(std::move(key));
  }

  void attach(Value value) {
    if (open_.empty()) {
      root = std::move(value);
      return;
    }
    // The library places a missing value somewhere behind it: its key is where the user has to look.
    if (value.type == Value::Type::nothing && open_.back().type == Value::Type::map) {
      value.line = open_.back().keys.back().line;
      value.column = open_.back().keys.back().column;
    }
    open_.back().items.push_back(std::move(value));
  }

  void count(const YAML::Mark& mark) {
    if (++values_ > most_values) throw Refusal{mark, "more than 100000 values in one file"};
  }

  std::vector<Value> open_;
  std::size_t values_ = 0;
};

// The place of a tab in the indentation of a line up to that one: the usual cause, which the library blames
// on whatever comes later.
std::optional<Position> tab_before(const std::string& file, const std::string& text, int last_line) {
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; number <= last_line && std::getline(lines, line); ++number) {
    const std::size_t tab = line.find('\t');
    if (tab < line.find_first_not_of(" \t")) return Position{file, number, static_cast<int>(tab) + 1};
  }
  return std::nullopt;
}

Error not_yaml(const std::string& file, const std::string& text, const YAML::Exception& exception) {
  if (const auto tab = tab_before(file, text, exception.mark.line + 1))
    return error(Kind::usage, "indentation by tabs is not allowed; use spaces").at(*tab);
  return error(Kind::usage, "this is not YAML: {}", exception.msg).at(place(file, exception.mark));
}

Result<Value> first_document(const std::string& file, std::istringstream& stream) {
  YAML::Parser parser(stream);
  Builder builder;
  if (!parser.HandleNextDocument(builder)) return Value();
  Value first = builder.root ? std::move(*builder.root) : Value();
  Builder second;
  if (parser.HandleNextDocument(second))
    return error(Kind::usage,
                 "a second document (after ---) is not supported; one file describes one Slipway")
        .at({file, second.root ? second.root->line : 0, second.root ? second.root->column : 0});
  return first;
}

void emit(YAML::Emitter& out, const Value& value) {
  switch (value.type) {
    case Value::Type::nothing:
      out << YAML::Null;
      break;
    case Value::Type::text:
      out << value.text;
      break;
    case Value::Type::list:
      if (value.items.empty()) out << YAML::Flow;
      out << YAML::BeginSeq;
      for (const Value& item : value.items) emit(out, item);
      out << YAML::EndSeq;
      break;
    case Value::Type::map:
      if (value.items.empty()) out << YAML::Flow;
      out << YAML::BeginMap;
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        out << YAML::Key << value.keys[i].text << YAML::Value;
        emit(out, value.items[i]);
      }
      out << YAML::EndMap;
      break;
  }
}

}  // namespace

Result<Value> parse_document(const std::string& file, const std::string& text) {
  if (const std::optional<BadByte> bad = find_bad_byte(text))
    return Error(Kind::usage, bad->what).at({file, bad->line, bad->column});
  std::istringstream stream(text);
  try {
    return first_document(file, stream);
  } catch (const Refusal& refusal) {
    return Error(Kind::usage, refusal.what).at(place(file, refusal.mark));
  } catch (const YAML::Exception& exception) {
    return not_yaml(file, text, exception);
  }
}

std::string to_yaml(const Value& value) {
  YAML::Emitter out;
  emit(out, value);
  return std::string(out.c_str()) + "\n";
}

}  // namespace slipway::config
