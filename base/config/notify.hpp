// `notify:` of slipway.yaml: who is told of what happens.
#pragma once

#include <string>
#include <variant>

#include "base/config/secret.hpp"
#include "base/error.hpp"

namespace slipway::config {

// How much a receiver of notices is told; each level holds those before it.
enum class NoticeLevel { error, info, verbose };

struct SlackChannel {
  Secret webhook;  // its address: whoever knows that can write there
  NoticeLevel level = NoticeLevel::info;
};
struct WebhookChannel {
  std::string url;
  Secret secret;  // what its notices are signed with
  NoticeLevel level = NoticeLevel::info;
};
// One entry of `notify`.
struct Channel {
  std::variant<SlackChannel, WebhookChannel> how;
  Position at;
};

}  // namespace slipway::config
