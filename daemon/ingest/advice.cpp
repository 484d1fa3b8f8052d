#include "daemon/ingest/advice.hpp"

#include "base/pg/sqlstate.hpp"

namespace slipway::ingest {
namespace {

constexpr std::string_view disk_full = "53100";
constexpr std::string_view foreign_key_violation = "23503";
constexpr std::string_view insufficient_privilege = "42501";

std::string advice_on(const Error& error, const std::string& again) {
  const std::string& sqlstate = error.sqlstate();
  if (error.kind() == Kind::usage) return "";  // it names the place to mend
  if (error.kind() == Kind::cancelled) return "nothing was promoted; to build it after all: " + again;
  if (sqlstate == disk_full)
    return "make room (swap prune removes old snapshots), then run it again: " + again;
  if (pg::lost_connection(sqlstate))
    return "look into the server's log for why it went away, then run it again: " + again;
  if (sqlstate == insufficient_privilege)
    return "let the owner of the tables do that, or take it out of the schema files";
  if (sqlstate == pg::unique_violation)
    return "take the duplicates out of the source, or set `duplicates: reject` to keep the first of each";
  if (sqlstate == foreign_key_violation)
    return "load the rows that are missing, or take out the rows that name them";
  if (pg::blames_the_data(sqlstate))
    return "mend the rows in the source, or change what the schema files demand of them";
  if (pg::worth_retrying(sqlstate)) return "run it again: " + again;
  return error.kind() == Kind::failed ? "nothing was promoted; once mended, run it again: " + again : "";
}

}  // namespace

Error with_advice(Error error, const std::string& pipeline) {
  if (!error.next_step().empty()) return error;
  std::string advice = advice_on(error, "slipway ingest " + pipeline);
  return advice.empty() ? error : std::move(error).next(std::move(advice));
}

}  // namespace slipway::ingest
