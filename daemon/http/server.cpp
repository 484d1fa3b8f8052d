#include "daemon/http/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>

#include "base/log.hpp"
#include "daemon/http/certificate.hpp"
#include "daemon/http/connection.hpp"

namespace slipway::http {
namespace {

using asio::ip::tcp;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr Millis out_of_descriptors_pause{100};
constexpr Millis between_looks{1000};  // at the files of the certificate

void log_failure(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& problem) {
    log::error("a connection has failed: {}", problem.what());
  }
}

asio::awaitable<void> run_connection(std::unique_ptr<Connection> connection, bool welcome) {
  if (welcome)
    co_await connection->serve();
  else
    co_await connection->refuse();
}

}  // namespace

struct Server::Inside {
  Inside(Handler& handler, const Options& options, std::optional<Certificate> its_certificate)
      : shared(handler, options), certificate(std::move(its_certificate)), acceptor(loop), look(loop) {}

  asio::awaitable<void> accept();
  void take(tcp::socket socket);
  asio::awaitable<void> keep_certificate();

  asio::io_context loop{1};
  Shared shared;
  std::optional<Certificate> certificate;
  tcp::acceptor acceptor;
  asio::steady_timer look;
  std::thread thread;
};

asio::awaitable<void> Server::Inside::accept() {
  asio::steady_timer pause(loop);
  while (!shared.stopping) {
    auto [error, socket] = co_await acceptor.async_accept(as_result);
    if (!error) {
      take(std::move(socket));
      continue;
    }
    if (shared.stopping) break;
    // Out of descriptors, most likely: some of those connections will end.
    log::warning("cannot accept a connection: {}", error.message());
    pause.expires_after(out_of_descriptors_pause);
    co_await pause.async_wait(as_result);
  }
}

asio::awaitable<void> Server::Inside::keep_certificate() {
  while (certificate && !shared.stopping) {
    look.expires_after(between_looks);
    co_await look.async_wait(as_result);
    certificate->reload_if_changed();
  }
}

void Server::Inside::take(tcp::socket socket) {
  boost::system::error_code error;
  const tcp::endpoint client = socket.remote_endpoint(error);
  if (error) return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  const std::string remote = client.address().to_string();
  const auto known = shared.per_address.find(remote);
  const bool welcome =
      static_cast<int>(shared.open.size()) < shared.limits.connections &&
      (known == shared.per_address.end() || known->second < shared.limits.connections_per_address);
  std::shared_ptr<asio::ssl::context> tls = certificate ? certificate->context() : nullptr;
  auto connection = std::make_unique<Connection>(std::move(socket), std::move(tls), shared, remote);
  asio::co_spawn(loop, run_connection(std::move(connection), welcome), log_failure);
}

Server::Server(std::unique_ptr<Inside> inside) : inside_(std::move(inside)) {}

Result<std::unique_ptr<Server>> Server::start(const std::string& address, int port, Handler& handler,
                                              const Limits& limits) {
  Options options;
  options.limits = limits;
  return start(address, port, handler, options);
}

Result<std::unique_ptr<Server>> Server::start(const std::string& address, int port, Handler& handler,
                                              const Options& options) {
  std::optional<Certificate> certificate;
  if (options.tls) certificate = TRY(Certificate::load(*options.tls));
  auto inside = std::make_unique<Inside>(handler, options, std::move(certificate));
  boost::system::error_code error;
  const auto where = asio::ip::make_address(address, error);
  if (error) return slipway::error(Kind::usage, "cannot listen on {}: that is no IP address", address);
  const tcp::endpoint endpoint(where, static_cast<unsigned short>(port));
  tcp::acceptor& acceptor = inside->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    return fail("cannot listen on {}:{}: {}", address, port, error.message())
        .next("Name another address in slipway.yaml: `listen: ADDRESS:PORT`.");
  asio::co_spawn(inside->loop, inside->accept(), log_failure);
  asio::co_spawn(inside->loop, inside->keep_certificate(), log_failure);
  inside->thread = std::thread([loop = &inside->loop] { loop->run(); });
  return std::unique_ptr<Server>(new Server(std::move(inside)));
}

int Server::port() const {
  return inside_->acceptor.local_endpoint().port();
}

void Server::stop() {
  asio::post(inside_->loop, [inside = inside_.get()] {
    inside->shared.stopping = true;
    boost::system::error_code ignored;
    inside->acceptor.close(ignored);
    inside->look.cancel();
    for (Connection* connection : inside->shared.open) connection->stop();
  });
}

// The loop ends by itself when the last connection has: nothing is cut off in the middle.
Server::~Server() {
  stop();
  inside_->thread.join();
  inside_->shared.pool.join();
}

}  // namespace slipway::http
