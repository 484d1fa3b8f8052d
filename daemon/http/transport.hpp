// The bytes of one connection, plain or under TLS: for the code above both are one stream.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>

namespace slipway::http {

class Transport {
 public:
  using executor_type = boost::asio::ip::tcp::socket::executor_type;

  // Under TLS where there is a context; the connection keeps the one that it began with.
  Transport(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls);

  Transport(const Transport&) = delete;  // the TLS stream points at the socket beside it

  executor_type get_executor() { return socket_.get_executor(); }
  bool secure() const { return tls_.has_value(); }

  // True at once where there is no TLS.
  boost::asio::awaitable<bool> shake_hands();
  // Says that nothing more will be sent.
  boost::asio::awaitable<void> say_goodbye();
  void cancel();
  void close();

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (tls_)
            tls_->async_read_some(into, std::move(handler));
          else
            socket_.async_read_some(into, std::move(handler));
        },
        token, buffers);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          if (tls_)
            tls_->async_write_some(from, std::move(handler));
          else
            socket_.async_write_some(from, std::move(handler));
        },
        token, buffers);
  }

 private:
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

}  // namespace slipway::http
