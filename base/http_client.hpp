// Outgoing HTTP, by libcurl. Its names are not those of daemon/http, which answers requests: two types of one
// name in one program would be one to the linker.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway::web {

struct Response {
  int status = 0;
  std::string body;  // at most the request's body_limit_bytes of it

  bool good() const { return status >= 200 && status < 300; }
};

struct Request {
  std::string method = "GET";
  std::string url;
  std::string shown_url;             // for errors, where the url is a secret; empty: the url itself
  std::string bearer;                // a secret; no error quotes it
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  Path ca_file;  // empty: whom the system trusts
  std::size_t body_limit_bytes = 64 << 10;
};

// Any status is a response; an error means that there was none. Redirects are not followed.
Result<Response> send(const Request& request, Millis limit);
Result<Response> get(const std::string& url, Millis limit);
// Connects, for https with its certificate checked, and sends nothing.
Done reachable(const std::string& url, Millis limit);

}  // namespace slipway::web
