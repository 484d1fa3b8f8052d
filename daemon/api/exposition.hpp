// Prometheus' text format, written. Every figure of ours is read from the control database and the targets
// when it is asked for, as any number of daemons share them; a library of counters in memory has nothing to
// hold.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::api {

class Exposition {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // What follows is of that family until the next one. `type` is counter, gauge or summary.
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(Labels labels, double value) { sample("", labels, value); }
  // Of a summary: `_sum`, `_count`.
  void sample(std::string_view suffix, Labels labels, double value);

  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace slipway::api
