// The parts of a target that have files of their own: how they are read and shown again.
#pragma once

#include "base/config/settings.hpp"

namespace slipway::config {

void read_front(const Scope& scope, const Value& value, Target& target);
Value show_front(const Target& target);
void read_serve(const Scope& scope, const Value& value, Target& target);
Value show_serve(const Target& target);
void read_postgresql(const Scope& scope, const Value& map, Target& target);
Value show_postgresql(const Target& target);
void read_quiesce(const Scope& scope, const Value& list, Target& target);
Value show_quiesce(const Target& target);
void read_hooks(const Scope& scope, const Value& map, Target& target);
Value show_hooks(const Target& target);
void read_verify(const Scope& scope, const Value& list, Target& target);
Value show_verify(const Target& target);
void read_guardrails(const Scope& scope, const Value& map, Target& target);
Value show_guardrails(const Target& target);

// A command: its program and the words after it. Nothing is split at spaces, no shell is involved.
std::optional<std::vector<std::string>> read_words(const Scope& scope, std::string_view key,
                                                   const Value& value);

// Which settings belong to which mode, and which exclude each other.
void check_target(const Scope& scope, const Value& map, const Target& target);

}  // namespace slipway::config
