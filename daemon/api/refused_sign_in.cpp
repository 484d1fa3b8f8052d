#include "daemon/api/refused_sign_in.hpp"

#include <nlohmann/json.hpp>

#include "base/log.hpp"
#include "migrations/audit.hpp"

namespace slipway::api {
namespace {

constexpr int most_recent = 500;

}  // namespace

Done record_refusal(pg::Session& session, const std::string& actor, const std::string& origin,
                    const std::string& why) {
  log::warning("{} at {} was not signed in: {}", actor, origin, why);
  const pg::Rows recent =
      TRY(session.query("select count(*) from slipway.audit where action = 'sign_in' and outcome = 'refused'"
                        " and at > now() - interval '10 minutes'"));
  if (recent.number(0, 0) >= most_recent) return {};
  const nlohmann::json detail{{"why", why}};
  return audit::record(session, {actor, "sign_in", actor, origin, "refused",
                                 detail.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
}

}  // namespace slipway::api
