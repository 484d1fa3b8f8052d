// Every secret that slipway.yaml names by a file or a variable, whichever part it belongs to.
#include "base/config/config.hpp"

namespace slipway::config {
namespace {

using Secrets = std::vector<const Secret*>;

void add(Secrets& all, const Secret& secret) {
  if (!secret.file.empty() || !secret.variable.empty()) all.push_back(&secret);
}

void add_of(Secrets& all, const PgBouncerQuiesce& how) {
  add(all, how.admin);
}
void add_of(Secrets& all, const KubernetesQuiesce& how) {
  add(all, how.token);
}
void add_of(Secrets& all, const HttpQuiesce& how) {
  add(all, how.pause.bearer);
  add(all, how.resume.bearer);
}
void add_of(Secrets&, const SystemdQuiesce&) {}
void add_of(Secrets&, const CommandQuiesce&) {}
void add_of(Secrets& all, const SlackChannel& how) {
  add(all, how.webhook);
}
void add_of(Secrets& all, const WebhookChannel& how) {
  add(all, how.secret);
}

}  // namespace

std::vector<const Secret*> Config::secrets() const {
  Secrets all;
  for (const auto& [name, target] : targets) {
    add(all, target.server);
    add(all, target.front);
    for (const QuiesceStep& step : target.quiesce)
      std::visit([&](const auto& how) { add_of(all, how); }, step.how);
  }
  for (const auto& [name, pipeline] : pipelines)
    for (const auto& [source, upstream] : pipeline.upstreams) add(all, upstream.uri);
  for (const Channel& channel : notify) std::visit([&](const auto& how) { add_of(all, how); }, channel.how);
  if (auth.orcid) add(all, auth.orcid->client_secret);
  return all;
}

}  // namespace slipway::config
