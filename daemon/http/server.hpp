// The HTTP server: listens, keeps the limits, and asks a handler for the answers. One thread carries all the
// connections; what may block runs on a small pool.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/network.hpp"
#include "daemon/http/message.hpp"

namespace slipway::http {

struct Limits {
  std::size_t head_bytes = 8 << 10;
  Seconds head_deadline{10};  // of the whole head, however its bytes drip
  Seconds idle{15};           // between two requests
  Seconds body_deadline{30};
  Seconds write_deadline{30};
  int connections = 4096;
  int connections_per_address = 2048;
  int streams = 64;
  Millis stream_interval{500};  // between two questions for a stream's next piece
  int pool_threads = 8;
};

// PEM; loaded again within seconds of a change, and no connection is dropped for it.
struct TlsFiles {
  std::string certificate;  // with its chain
  std::string key;
};

struct Options {
  Limits limits;
  std::optional<TlsFiles> tls;           // nothing: plain HTTP
  std::vector<Network> trusted_proxies;  // whose X-Forwarded-For and -Proto are believed
};

// What the handler thinks of a request whose body has not been read yet.
struct Admission {
  std::optional<Response> answer;  // there is no need to read on
  std::size_t body_bytes = 0;      // the longest body that it takes
};

class Handler {
 public:
  virtual ~Handler() = default;
  // On the thread of the connections: at once, touching nothing that could wait.
  virtual Admission admit(const Request& head) = 0;
  // On the pool. An exception becomes a 500 and stands in the log.
  virtual Response handle(const Request& request) = 0;
};

class Server {
 public:
  // Listening when it returns. Port 0: any free one.
  static Result<std::unique_ptr<Server>> start(const std::string& address, int port, Handler& handler,
                                               const Options& options);
  static Result<std::unique_ptr<Server>> start(const std::string& address, int port, Handler& handler,
                                               const Limits& limits = {});
  ~Server();  // stops, and waits until the last answer is out
  Server(const Server&) = delete;

  int port() const;
  // No new connections and no new requests; streams end; what is being answered is finished.
  void stop();

 private:
  struct Inside;
  explicit Server(std::unique_ptr<Inside> inside);
  std::unique_ptr<Inside> inside_;
};

}  // namespace slipway::http
