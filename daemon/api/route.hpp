// The routes of the API as one table: method, path, who may, how long a body, and the function that answers.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/role.hpp"
#include "daemon/api/sessions.hpp"
#include "daemon/http/message.hpp"
#include "swap/home.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::auth {
class OpenId;
}

namespace slipway::api {

// What the routes work with.
struct App {
  const config::Config& config;
  const swap::Home& home;
  Seams seams;
  Sessions& sessions;
  std::function<bool()> worker_healthy;
  auth::OpenId* openid = nullptr;  // null: nobody can sign in
};

struct Call {
  App& app;
  const http::Request& request;
  pg::Session* session = nullptr;      // where the route needs one
  auth::Caller caller;                 // where the route names a role
  std::string csrf;                    // of the caller's session; empty where a token was sent
  std::vector<std::string> arguments;  // what the path holds in the place of "{…}"
};

// An error becomes a problem by its kind: see errors.hpp.
using Serve = Result<http::Response> (*)(Call&);

enum class Needs { nothing, session };
enum class Open { to_nobody, on_loopback };  // whom its role is not asked of

// What /openapi.json says of a route. Schemas are named: "Job" is schemas/Job.json.
struct Doc {
  std::string_view operation;  // its name there
  std::string_view tag;
  std::string_view summary;      // one line
  std::string_view text = {};    // what else there is to know; Markdown
  std::string_view body = {};    // the schema of its body; empty: it takes none
  std::string_view query = {};   // its query parameters, as parameters.cpp knows them, with spaces between
  int status = 200;              // where it went well
  std::string_view answer = {};  // the schema of what it answers then; empty: no body, or none of JSON
  std::string_view media = "application/json";
  std::string_view errors = {};  // "404 409": beside those that come with its role, body and session
  bool keyed = false;            // it takes an Idempotency-Key
};

struct Route {
  std::string_view method;
  std::string_view path;           // "{…}" stands for one segment
  std::optional<auth::Role> role;  // nothing: open to anyone
  Needs needs;
  std::size_t body_bytes;
  Serve serve;
  Doc doc;
  Open open = Open::to_nobody;

  // Whether who asks must have its role. What came through a proxy did not come from this machine.
  bool asks_who(const http::Request& request) const;
};

std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;
  std::vector<std::string> arguments;
  std::string allow;  // the methods of that path; empty: there is no such path
};

// HEAD goes where GET goes.
Match match(std::span<const Route> table, std::string_view method, const std::vector<std::string>& path);

}  // namespace slipway::api
