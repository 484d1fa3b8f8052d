// The audit: one record for every change that somebody makes, by command or by API. No secrets go into it.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::audit {

struct Record {
  std::string actor;          // who: "token 3 (nightly)", "maria@host"
  std::string action;         // what: "job.ingest", "token.create"
  std::string object;         // to what: "job 12", "target portal"
  std::string origin;         // from where: an address, or "command"
  std::string outcome;        // how it ended: "accepted", "refused", …
  std::string detail = "{}";  // more of it, as a JSON object
  std::string key = {};       // of one that is entered later, and perhaps again: it counts once
  std::string at = {};        // when that was; empty: now
};

// In the transaction that the session is in, so that the change and its record stand or fall together.
Done record(pg::Session& session, const Record& entry);

struct Filter {
  std::string actor, action;  // empty: any
  long long before = 0;       // 0: from the newest
  int limit = 50;
};
struct Page {
  std::vector<std::string> entries;  // JSON objects, newest first
  long long next = 0;                // `before` of the page after it; 0: there is none
};
Result<Page> list(pg::Session& session, const Filter& filter);

// Who runs this command: "user@host".
std::string command_actor();

}  // namespace slipway::audit
