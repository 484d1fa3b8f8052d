// `slipway serve`: the API, the worker, and the managed servers kept up, until somebody says stop.
#include <sys/resource.h>

#include <csignal>
#include <optional>

#include "auth/openid.hpp"
#include "base/log.hpp"
#include "daemon/api/dispatch.hpp"
#include "daemon/commands/commands.hpp"
#include "daemon/commands/open.hpp"
#include "daemon/commands/output.hpp"
#include "daemon/commands/signals.hpp"
#include "daemon/commands/tick.hpp"
#include "daemon/jobs/swap_job.hpp"
#include "daemon/jobs/worker.hpp"
#include "swap/servers/up.hpp"

namespace slipway::commands {
namespace {

constexpr rlim_t wanted_descriptors = 16'384;

// Held as long as the daemon lives; the second one on this home is told who holds it.
Result<FileLock> take_serve_lock(const swap::Home& home) {
  const Path path = home.names().serve_lock();
  std::optional<FileLock> lock = TRY(FileLock::try_take(path));
  if (!lock)
    return error(Kind::busy, "slipway serve runs on this home already: {}", FileLock::holder(path))
        .next("Commands work beside it; stop that one first if this one is to take over.");
  const ProcessId self = this_process();
  TRY(lock->sign(
      fmt::format("pid {} (start {}), since {}", self.pid, self.start_ticks, iso_time(real_clock().now()))));
  return std::move(*lock);
}

// Thousands of slow clients need as many descriptors.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min(std::max(limit.rlim_cur, wanted_descriptors), limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

http::Limits limits_here() {
  http::Limits limits;
  rlimit limit{};
  // A quarter is left for the rest of the program.
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
      limit.rlim_cur / 4 * 3 < static_cast<rlim_t>(limits.connections))
    limits.connections = static_cast<int>(limit.rlim_cur / 4 * 3);
  limits.connections_per_address = limits.connections / 2;
  return limits;
}

http::Options options_here(const config::Config& config) {
  http::Options options;
  options.limits = limits_here();
  if (config.tls) options.tls = http::TlsFiles{config.tls->cert_file, config.tls->key_file};
  for (const std::string& proxy : config.trusted_proxies)
    options.trusted_proxies.push_back(*Network::parse(proxy));
  return options;
}

jobs::Work work_in(const Opened& opened) {
  return [&opened](long long job, const jobs::IngestOrder& order, ingest::Observer& observer,
                   std::stop_token stop) {
    return jobs::run_ingest({opened.seams, opened.home, opened.config}, job, order, observer,
                            std::move(stop));
  };
}

// Null where the config names nobody to sign in with.
std::unique_ptr<auth::OpenId> openid_of(const config::Config& config) {
  if (!config.auth.orcid) return nullptr;
  return std::make_unique<auth::OpenId>(*config.auth.orcid, config.public_origin(), real_clock());
}

jobs::Worker::Run swaps_in(const Opened& opened) {
  return [&opened](const jobs::Job& job, const std::stop_token&) {
    const jobs::SwapContext context{
        opened.control, jobs::this_worker(), {opened.seams, opened.home, opened.config}};
    return jobs::run_swap_job(context, job);
  };
}

// The workers of all lanes.
struct Workers {
  explicit Workers(const Opened& opened)
      : builds(opened.control, opened.home.path.string(), work_in(opened)),
        promotions(opened.control, opened.home.path.string(), jobs::Lane::promotion, swaps_in(opened)),
        prunes(opened.control, opened.home.path.string(), jobs::Lane::prune, swaps_in(opened)) {}
  bool healthy() const { return builds.healthy() && promotions.healthy() && prunes.healthy(); }

  jobs::Worker builds, promotions, prunes;
};

// The last answers go out, then the workers and the tick end.
Done run_until_stopped(const CommandLine& line, const Opened& opened, StopSignals& signals) {
  Tick tick(opened.seams, opened.config, opened.home, opened.control);
  Workers workers(opened);
  api::Sessions sessions(opened.control);
  const auto openid = openid_of(opened.config);
  api::App app{opened.config, opened.home, opened.seams, sessions, [&] { return workers.healthy(); },
               openid.get()};
  api::Dispatch dispatch(std::move(app));
  const auto server = TRY(http::Server::start(opened.config.listen_address, opened.config.listen_port,
                                              dispatch, options_here(opened.config)));
  say(line, fmt::format("slipway serve listens on {}://{}:{}", opened.config.tls ? "https" : "http",
                        opened.config.listen_address, server->port()));
  signals.wait();
  log::info("stopping: no new requests and jobs; what is being answered is finished");
  server->stop();
  return {};
}

}  // namespace

Result<int> serve(const CommandLine& line) {
  log::configure(line.quiet ? log::Level::warning : log::Level::info, line.json);
  std::signal(SIGPIPE, SIG_IGN);  // a client that goes away is an error of that connection, not our end
  config::Config config = TRY(load_config(line));
  Opened opened = TRY(open_home(std::move(config), swap::Missing::make));
  const FileLock lock = TRY(take_serve_lock(opened.home));
  TRY(connect_control(opened));
  TRY(swap::servers_up(opened.seams, opened.config, opened.home));
  raise_descriptor_limit();
  StopSignals signals;
  TRY(run_until_stopped(line, opened, signals));
  log::info("stopped; the managed servers go on");
  return 0;
}

}  // namespace slipway::commands
