// The audit: one record for every change that somebody makes, by command or by API. No secrets go into it.
#pragma once

#include <string>

#include "base/pg/session.hpp"

namespace slipway::audit {

struct Record {
  std::string actor;          // who: "token 3 (nightly)", "maria@host"
  std::string action;         // what: "job.ingest", "token.create"
  std::string object;         // to what: "job 12", "target portal"
  std::string origin;         // from where: an address, or "command"
  std::string outcome;        // how it ended: "accepted", "refused", …
  std::string detail = "{}";  // more of it, as a JSON object
};

// In the transaction that the session is in, so that the change and its record stand or fall together.
Done record(pg::Session& session, const Record& entry);

// Who runs this command: "user@host".
std::string command_actor();

}  // namespace slipway::audit
