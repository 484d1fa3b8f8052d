// `slipway token`: API tokens, made by whoever owns the home.
#include "auth/tokens.hpp"

#include <nlohmann/json.hpp>

#include "auth/json.hpp"
#include "daemon/commands/commands.hpp"
#include "daemon/commands/open.hpp"
#include "daemon/commands/output.hpp"

namespace slipway::commands {
namespace {

std::string row_of(const auth::Token& token) {
  const char* state = token.valid ? "valid" : token.revoked_at.empty() ? "expired" : "revoked";
  return fmt::format("{:>6}  {:<8}  {:<8}  {:<20}  {}", token.id, name(token.role), state, token.created_at,
                     token.name);
}

}  // namespace

Result<int> create_token(const CommandLine& line) {
  const auto role = auth::parse_role(line.role);
  if (!role) return error(Kind::usage, "{} is no role: read, ingest, promote, admin", line.role);
  const std::optional<Seconds> life = TRY(auth::life_of(line.days));
  const Opened opened = TRY(open_control(TRY(load_config(line)), swap::Missing::make));
  pg::Session control = TRY(control_session(opened));
  const auth::NewToken wanted{line.token_name, *role, life};
  const auth::Caller maker{opened.actor, auth::Role::admin};
  const auth::Created made = TRY(auth::create_token(control, wanted, maker, "command"));
  auto json = json_of(made.token);
  json["token"] = made.text;
  print_data(line.json ? json.dump() : made.text);
  say(line, fmt::format("Token {} with the role {}. It is shown this once.", made.token.id, name(*role)));
  say_next(line, fmt::format("curl -H \"Authorization: Bearer $TOKEN\" http://{}:{}/api/jobs",
                             opened.config.listen_address, opened.config.listen_port));
  return 0;
}

Result<int> revoke_token(const CommandLine& line) {
  const Opened opened = TRY(open_control(TRY(load_config(line)), swap::Missing::refuse));
  pg::Session control = TRY(control_session(opened));
  const auth::Token token =
      TRY(auth::revoke_token(control, line.id, {opened.actor, auth::Role::admin}, "command"));
  print_data(line.json ? json_of(token).dump() : row_of(token));
  say_next(line, "slipway token list");
  return 0;
}

Result<int> list_tokens(const CommandLine& line) {
  const Opened opened = TRY(open_control(TRY(load_config(line)), swap::Missing::refuse));
  pg::Session control = TRY(control_session(opened));
  const std::vector<auth::Token> tokens = TRY(auth::tokens_of(control, {opened.actor, auth::Role::admin}));
  auto json = nlohmann::ordered_json::array();
  for (const auth::Token& token : tokens) json.push_back(json_of(token));
  if (line.json) print_data(json.dump());
  for (const auth::Token& token : tokens)
    if (!line.json) print_data(row_of(token));
  if (tokens.empty()) say_next(line, "slipway token create NAME --role ingest");
  return 0;
}

}  // namespace slipway::commands
