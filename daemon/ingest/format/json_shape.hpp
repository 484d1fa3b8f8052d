// Which places of a JSON document are wanted, and in which field of a row each of them goes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::ingest {

class JsonShape {
 public:
  struct Want {
    std::size_t field;
    bool as_json;  // the value as JSON text, quotes and all (json, jsonb); otherwise as plain text
  };
  struct Node {
    struct Child {
      std::string key;
      std::unique_ptr<Node> node;
    };
    std::vector<Child> children;
    std::vector<Want> wants;
    mutable std::size_t hint = 0;  // documents of one file have their keys in the same order, mostly

    const Node* child(std::string_view key) const;
  };

  // A key of the document itself.
  void want_key(std::string_view key, Want want);
  // A JSON pointer (RFC 6901), "/a/0/b".
  void want_pointer(std::string_view pointer, Want want);

  const Node& root() const { return *root_; }
  std::size_t fields() const { return fields_; }

 private:
  static Node* descend(Node* from, std::string key);
  void add(Node* node, Want want);

  std::unique_ptr<Node> root_ = std::make_unique<Node>();
  std::size_t fields_ = 0;
};

}  // namespace slipway::ingest
