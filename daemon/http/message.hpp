// A request and its answer as plain values: what handlers see, with nothing of the wire in it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method;
  std::string target;                        // as it came
  std::vector<std::string> path;             // its segments, decoded
  std::map<std::string, std::string> query;  // decoded
  Headers headers;                           // names in lower case
  std::string body;
  std::string remote;   // the client's address
  bool secure = false;  // it came encrypted, to us or to a proxy that is trusted

  // The value of the first header of that lower-case name; empty if there is none.
  std::string_view header(std::string_view name) const;
};

struct Piece {
  std::string bytes;  // may be empty: nothing new yet
  bool last = false;
};

// A body without an end of its own: asked for the next piece again and again, on the pool.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual Piece next() = 0;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  Headers headers;
  std::shared_ptr<Stream> stream;  // then the body is the head of what the stream goes on with
};

}  // namespace slipway::http
