// A container is a header, an entry for each child (all keys of an object first), then the children's bytes.
#include "daemon/ingest/heap/jsonb.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "daemon/ingest/heap/numeric.hpp"

namespace slipway::ingest {
namespace {

constexpr std::uint32_t is_scalar = 0x10000000, is_object = 0x20000000, is_array = 0x40000000;
constexpr std::uint32_t entry_number = 0x10000000, entry_false = 0x20000000, entry_true = 0x30000000,
                        entry_null = 0x40000000, entry_container = 0x50000000, entry_has_end = 0x80000000,
                        entry_length = 0x0FFFFFFF;
constexpr std::size_t end_stride =
    32;  // each so many-th entry says where its child ends instead of its length
constexpr std::size_t entry_bytes = 4;

void put_word(std::string& out, std::size_t at, std::uint32_t word) {
  std::memcpy(out.data() + at, &word, sizeof word);
}

unsigned hexadecimal(const char* digits) {
  unsigned code = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = digits[i];
    code = code * 16 + static_cast<unsigned>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return code;
}

void put_character(std::string& out, unsigned code) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6U);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12U);
    } else {
      byte(0xF0 | code >> 18U);
      byte(0x80 | (code >> 12U & 0x3F));
    }
    byte(0x80 | (code >> 6U & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

}  // namespace

bool Jsonb::put(std::string_view text, std::string& out) {
  nodes_.clear();
  children_.clear();
  open_.clear();
  unescaped_.clear();
  unescaped_.reserve(text.size());
  text_.assign(text);  // whose end is marked by a NUL
  at_ = text_.c_str();
  depth_ = 0;
  too_deep_ = false;
  const std::size_t root = read_value();
  if (too_deep_) return false;
  base_ = out.size();
  const Node node = nodes_[root];
  bool good = false;
  if (node.kind == Kind::array || node.kind == Kind::object) {
    good = put_container(node, out);
  } else {
    children_.push_back(root);
    good = put_container({Kind::array, {}, children_.size() - 1, 1}, out, true);
  }
  if (!good) out.resize(base_);
  return good;
}

void Jsonb::skip_space() {
  while (*at_ == ' ' || *at_ == '\t' || *at_ == '\n' || *at_ == '\r') ++at_;
}

std::size_t Jsonb::read_value() {
  skip_space();
  Node node{Kind::number};
  const char* const from = at_;
  switch (*at_) {
    case '{':
      return read_container(Kind::object, '}');
    case '[':
      return read_container(Kind::array, ']');
    case '"':
      node = {Kind::string, read_string()};
      break;
    case 't':
      node = {Kind::yes}, at_ += 4;
      break;
    case 'f':
      node = {Kind::no}, at_ += 5;
      break;
    case 'n':
      node = {Kind::null}, at_ += 4;
      break;
    default:
      while (*at_ == '-' || *at_ == '+' || *at_ == '.' || (*at_ >= '0' && *at_ <= '9') ||
             (*at_ | 0x20) == 'e')
        ++at_;
      node.text = {from, static_cast<std::size_t>(at_ - from)};
  }
  nodes_.push_back(node);
  return nodes_.size() - 1;
}

std::size_t Jsonb::read_container(Kind kind, char end) {
  constexpr int depth_max = 200;
  const std::size_t first = open_.size();
  too_deep_ = too_deep_ || ++depth_ > depth_max;
  ++at_;
  skip_space();
  while (!too_deep_ && *at_ != end) {
    const std::size_t child = read_value();
    open_.push_back(child);
    skip_space();
    if (*at_ == ':' || *at_ == ',') ++at_;
    skip_space();
  }
  ++at_;
  --depth_;
  if (kind == Kind::object) sort_members(first);
  const std::size_t count = open_.size() - first;
  nodes_.push_back({kind, {}, children_.size(), kind == Kind::object ? count / 2 : count});
  children_.insert(children_.end(), open_.begin() + static_cast<std::ptrdiff_t>(first), open_.end());
  open_.resize(first);
  return nodes_.size() - 1;
}

std::string_view Jsonb::read_string() {
  const char* const from = ++at_;
  while (*at_ != '"' && *at_ != '\\') ++at_;
  if (*at_ == '"') return {from, static_cast<std::size_t>(at_++ - from)};
  const std::size_t begin = unescaped_.size();
  unescaped_.append(from, at_);
  while (*at_ != '"') {
    if (*at_ != '\\') {
      unescaped_ += *at_++;
      continue;
    }
    ++at_;
    switch (const char c = *at_++) {
      case 'b':
        unescaped_ += '\b';
        break;
      case 'f':
        unescaped_ += '\f';
        break;
      case 'n':
        unescaped_ += '\n';
        break;
      case 'r':
        unescaped_ += '\r';
        break;
      case 't':
        unescaped_ += '\t';
        break;
      case 'u': {
        unsigned code = hexadecimal(at_);
        at_ += 4;
        if (code >= 0xD800 && code < 0xDC00) {
          code = 0x10000 + ((code & 0x3FFU) << 10U) + (hexadecimal(at_ + 2) & 0x3FFU);
          at_ += 6;
        }
        put_character(unescaped_, code);
        break;
      }
      default:
        unescaped_ += c;
    }
  }
  ++at_;
  return std::string_view(unescaped_).substr(begin);
}

// Shorter keys first; of the same key the last value stays.
void Jsonb::sort_members(std::size_t first) {
  pairs_.clear();
  for (std::size_t i = first; i + 1 < open_.size(); i += 2) pairs_.emplace_back(open_[i], open_[i + 1]);
  const auto key = [this](const auto& pair) { return nodes_[pair.first].text; };
  const auto comes_first = [&](const auto& a, const auto& b) {
    if (key(a).size() != key(b).size()) return key(a).size() < key(b).size();
    // What was read later has a higher place.
    return key(a) != key(b) ? key(a) < key(b) : a.first < b.first;
  };
  if (!std::is_sorted(pairs_.begin(), pairs_.end(), comes_first))
    std::sort(pairs_.begin(), pairs_.end(), comes_first);
  open_.resize(first);
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    if (i + 1 < pairs_.size() && key(pairs_[i]) == key(pairs_[i + 1])) continue;
    open_.push_back(pairs_[i].first);
    open_.push_back(pairs_[i].second);
  }
}

bool Jsonb::put_container(const Node& node, std::string& out, bool scalar) {
  while ((out.size() - base_) % entry_bytes != 0) out += '\0';
  const bool object = node.kind == Kind::object;
  const std::size_t entries = object ? 2 * node.count : node.count;
  const std::size_t header = out.size();
  out.resize(header + entry_bytes * (1 + entries));
  put_word(
      out, header,
      static_cast<std::uint32_t>(node.count) | (object ? is_object : is_array) | (scalar ? is_scalar : 0));
  std::size_t length = 0;
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t place = !object ? i : i < node.count ? 2 * i : 2 * (i - node.count) + 1;
    const std::size_t before = out.size();
    std::uint32_t entry = 0;
    if (!put_child(nodes_[children_[node.first + place]], out, entry)) return false;
    const std::size_t bytes = out.size() - before;
    length += bytes;
    if (length > entry_length) return false;
    const bool ends = i % end_stride == 0;
    put_word(out, header + entry_bytes * (1 + i),
             entry | static_cast<std::uint32_t>(ends ? length : bytes) | (ends ? entry_has_end : 0));
  }
  return true;
}

bool Jsonb::put_child(const Node& node, std::string& out, std::uint32_t& entry) {
  switch (node.kind) {
    case Kind::null:
      entry = entry_null;
      return true;
    case Kind::no:
      entry = entry_false;
      return true;
    case Kind::yes:
      entry = entry_true;
      return true;
    case Kind::string:
      out += node.text;
      return true;
    case Kind::number: {
      entry = entry_number;
      while ((out.size() - base_) % entry_bytes != 0) out += '\0';
      const std::size_t begin = out.size();
      out.resize(begin + entry_bytes);
      if (!numeric_of_json(node.text, out)) return false;
      put_word(out, begin, static_cast<std::uint32_t>((out.size() - begin) << 2U));
      return true;
    }
    case Kind::array:
    case Kind::object:
      entry = entry_container;
      return put_container(node, out);
  }
  return false;
}

}  // namespace slipway::ingest
