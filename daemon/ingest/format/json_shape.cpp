#include "daemon/ingest/format/json_shape.hpp"

#include <algorithm>

namespace slipway::ingest {
namespace {

std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape =
        token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    out += escape ? (token[++i] == '0' ? '~' : '/') : token[i];
  }
  return out;
}

}  // namespace

const JsonShape::Node* JsonShape::Node::child(std::string_view key) const {
  for (std::size_t i = 0; i < children.size(); ++i) {
    const std::size_t at = (hint + i) % children.size();
    if (children[at].key == key) {
      hint = at + 1;
      return children[at].node.get();
    }
  }
  return nullptr;
}

JsonShape::Node* JsonShape::descend(Node* from, std::string key) {
  const auto found = std::find_if(from->children.begin(), from->children.end(),
                                  [&](const Node::Child& child) { return child.key == key; });
  if (found != from->children.end()) return found->node.get();
  from->children.push_back({std::move(key), std::make_unique<Node>()});
  return from->children.back().node.get();
}

void JsonShape::add(Node* node, Want want) {
  node->wants.push_back(want);
  fields_ = std::max(fields_, want.field + 1);
}

void JsonShape::want_key(std::string_view key, Want want) {
  add(descend(root_.get(), std::string(key)), want);
}

void JsonShape::want_pointer(std::string_view pointer, Want want) {
  Node* node = root_.get();
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    node = descend(node, unescaped(pointer.substr(0, end)));
    pointer.remove_prefix(end);
  }
  add(node, want);
}

}  // namespace slipway::ingest
