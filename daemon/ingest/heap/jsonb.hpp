// A jsonb as it lies on disk, without the length before it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::ingest {

class Jsonb {
 public:
  // Of a text that is_certain_json(). False, and nothing appended: let the server say.
  bool put(std::string_view text, std::string& out);

 private:
  enum class Kind { null, no, yes, number, string, array, object };
  struct Node {
    Kind kind;
    std::string_view text = {};  // of a number or a string
    std::size_t first =
        0;  // of the children: their places in children_; of an object, key and value in turns
    std::size_t count = 0;
  };

  std::size_t read_value();
  std::size_t read_container(Kind kind, char end);
  std::string_view read_string();
  void skip_space();
  void sort_members(std::size_t first);
  bool put_container(const Node& node, std::string& out, bool scalar = false);
  bool put_child(const Node& node, std::string& out, std::uint32_t& entry);

  std::string text_;
  const char* at_ = nullptr;
  int depth_ = 0;
  bool too_deep_ = false;  // then nothing is read any more
  std::vector<Node> nodes_;
  std::vector<std::size_t> children_;
  std::vector<std::size_t> open_;  // children of containers whose end is not yet read
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;
  std::string unescaped_;  // never grows beyond its room while views into it live
  std::size_t base_ = 0;   // where the document begins in the output
};

}  // namespace slipway::ingest
