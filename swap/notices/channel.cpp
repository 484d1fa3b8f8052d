#include "swap/notices/channel.hpp"

#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "swap/notices/message.hpp"

namespace slipway::swap {
namespace {

using config::SlackChannel;
using config::WebhookChannel;
using nlohmann::json;

std::string place_of(const config::Secret& secret) {
  return secret.file.empty() ? "$" + secret.variable : secret.file.string();
}

std::string name_of(const SlackChannel& slack) {
  return "slack " + place_of(slack.webhook);
}
std::string name_of(const WebhookChannel& webhook) {
  return "webhook " + webhook.url;
}

// Whoever reads it on its way could write there.
bool is_private(const std::string& url) {
  return url.starts_with("https://") || url.starts_with("http://127.0.0.1:") ||
         url.starts_with("http://localhost:");
}

Done describe(web::Request& request, const SlackChannel& slack, const notices::Waiting& notice) {
  request.url = TRY(slack.webhook.read());
  request.shown_url = name_of(slack);
  if (!is_private(request.url))
    return error(Kind::usage, "{} holds no address that begins with https://", place_of(slack.webhook));
  const json event = json::parse(notice.event);
  request.body = slack_body(notice.kind == "job" ? job_words(event) : promotion_words(event));
  return {};
}

Done describe(web::Request& request, const WebhookChannel& webhook, const notices::Waiting& notice,
              WallTime now) {
  const std::string secret = TRY(webhook.secret.read());
  const std::string timestamp = std::to_string(epoch_ms(now) / 1000);
  request.url = webhook.url;
  request.body = notice.event;
  for (const auto& [name, value] : {std::pair("Event", notice.kind), std::pair("Level", notice.level),
                                    std::pair("Delivery", notice.id), std::pair("Timestamp", timestamp),
                                    std::pair("Signature", signature(secret, timestamp, request.body))})
    request.headers.push_back(fmt::format("X-Slipway-{}: {}", name, value));
  return {};
}

}  // namespace

std::string channel_name(const config::Channel& channel) {
  return std::visit([](const auto& how) { return name_of(how); }, channel.how);
}

std::vector<notices::Receiver> receivers_of(const config::Config& config) {
  std::vector<notices::Receiver> receivers;
  for (const config::Channel& channel : config.notify)
    receivers.push_back(
        {channel_name(channel), std::visit([](const auto& how) { return how.level; }, channel.how)});
  return receivers;
}

Result<web::Request> request_for(const config::Channel& channel, const notices::Waiting& notice,
                                 WallTime now) {
  web::Request request;
  request.method = "POST";
  request.headers = {"Content-Type: application/json", fmt::format("User-Agent: slipway/{}", version)};
  if (const auto* slack = std::get_if<SlackChannel>(&channel.how))
    TRY(describe(request, *slack, notice));
  else
    TRY(describe(request, std::get<WebhookChannel>(channel.how), notice, now));
  return request;
}

}  // namespace slipway::swap
