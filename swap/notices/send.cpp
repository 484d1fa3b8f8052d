#include "swap/notices/send.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "migrations/notices.hpp"
#include "swap/notices/channel.hpp"

namespace slipway::swap {
namespace {

// A receiver that hangs costs no more than this.
constexpr Millis send_limit{5000};

Done deliver(const config::Channel& channel, const notices::Waiting& notice, WallTime now, Millis limit) {
  const web::Request request = TRY(request_for(channel, notice, now));
  const web::Response response = TRY(web::send(request, limit));
  if (response.good()) return {};
  return fail("it answered with HTTP status {}", response.status);
}

void say_failed(const notices::Waiting& notice, const std::string& trouble) {
  if (notice.tries >= notices::most_tries)
    return log::error("a notice to {} is given up after {} tries: {}; it stands in slipway.notices ({})",
                      notice.channel, notice.tries, trouble, notice.id);
  log::warning("a notice to {} could not be sent (try {} of {}, the next in {} s): {}", notice.channel,
               notice.tries, notices::most_tries, notices::pause_after(notice.tries).count(), trouble);
}

}  // namespace

Done send_due(pg::Session& control, Clock& clock, const config::Config& config, Millis budget,
              const std::stop_token& stop) {
  const Millis end = clock.steady() + budget;
  std::vector<std::string> channels;
  for (const config::Channel& channel : config.notify) channels.push_back(channel_name(channel));
  while (!channels.empty() && !stop.stop_requested() && clock.steady() < end) {
    const std::optional<notices::Waiting> notice = TRY(notices::take(control, channels));
    if (!notice) return {};
    const auto channel =
        std::find_if(config.notify.begin(), config.notify.end(),
                     [&](const config::Channel& one) { return channel_name(one) == notice->channel; });
    const Done sent = deliver(*channel, *notice, clock.now(), std::min(send_limit, end - clock.steady()));
    if (sent) {
      TRY(notices::record_sent(control, *notice));
      continue;
    }
    const std::string trouble = sent.error().summary();
    TRY(notices::record_failed(control, *notice, trouble));
    say_failed(*notice, trouble);
    std::erase(channels, notice->channel);
  }
  return {};
}

}  // namespace slipway::swap
