// One connection of a client, from its first byte to its last answer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "daemon/http/server.hpp"
#include "daemon/http/transport.hpp"

namespace slipway::http {

namespace asio = boost::asio;
namespace beast = boost::beast;

class Connection;

// What all connections share; touched by the one thread that carries them.
struct Shared {
  Shared(Handler& all_requests, const Options& options)
      : handler(all_requests),
        limits(options.limits),
        trusted_proxies(options.trusted_proxies),
        pool(static_cast<std::size_t>(options.limits.pool_threads)) {}
  Handler& handler;
  const Limits limits;
  const std::vector<Network> trusted_proxies;
  asio::thread_pool pool;
  bool stopping = false;
  int streams = 0;
  std::set<Connection*> open;
  std::map<std::string, int> per_address;
};

class Connection {
 public:
  // Under TLS where there is a context.
  Connection(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, Shared& shared,
             std::string remote);
  ~Connection();
  Connection(const Connection&) = delete;

  asio::awaitable<void> serve();
  asio::awaitable<void> refuse();  // one connection too many
  void stop();                     // if it waits for a request or streams, it need not wait any longer

 private:
  using Parser = beast::http::request_parser<beast::http::string_body>;
  enum class Step { go_on, end };
  enum class Doing { waiting, working, streaming };

  asio::awaitable<bool> begin();  // TLS
  asio::awaitable<Step> serve_one();
  asio::awaitable<void> linger();
  asio::awaitable<Step> wait_for_request();
  asio::awaitable<bool> read_head();  // false: the problem_ is set, or the client is gone
  asio::awaitable<bool> read_body(std::size_t limit_bytes);
  asio::awaitable<Step> answer(Response response, bool keep);
  asio::awaitable<Step> stream_on(std::shared_ptr<Stream> source);
  asio::awaitable<bool> send(std::string bytes);
  bool parse_head(std::string head);
  void note_read_error(const boost::system::error_code& error);
  bool has_body() const;
  std::string head_of(const Response& response, bool keep) const;

  // What waits for the client now ends at that time; unlike Beast's own timeout it leaves the socket open for
  // a 408.
  void set_deadline(Millis from_now);
  void enforce_deadline();

  Transport transport_;
  asio::steady_timer pause_;
  asio::steady_timer deadline_;
  bool expired_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Shared& shared_;
  const std::string remote_;
  std::string received_;  // and not yet used
  std::optional<Parser> parser_;
  Request request_;
  std::optional<Response> problem_;
  Doing doing_ = Doing::waiting;
  bool first_ = true;
  bool http_1_0_ = false;
};

}  // namespace slipway::http
