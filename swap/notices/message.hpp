// What a notice says: its level, its words for a tired reader, and its shape for each kind of receiver. All
// of it is pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "migrations/notices.hpp"

namespace slipway::swap {

// error: somebody should look. info: production or its supply changed, or was refused to. verbose: the rest.
notices::Level level_of_promotion(const nlohmann::json& receipt);
notices::Level level_of_job(const nlohmann::json& job);

std::string promotion_words(const nlohmann::json& receipt);
std::string job_words(const nlohmann::json& job);

// The body for Slack; what its markup would take for its own is escaped.
std::string slack_body(const std::string& words);

// "sha256=…" over "<timestamp>.<body>".
std::string signature(const std::string& secret, const std::string& timestamp, const std::string& body);

}  // namespace slipway::swap
