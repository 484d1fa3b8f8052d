// What a job said on its way, numbered from 1 in the order of the commits: whoever has read up to n misses
// nothing.
#pragma once

#include <string>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::jobs {

struct Event {
  long long id = 0;
  std::string at;
  std::string kind;  // state, phase, progress, line
  std::string data;  // JSON
};

Done append_event(pg::Session& session, long long job, const std::string& kind, const std::string& data);
Result<std::vector<Event>> events_after(pg::Session& session, long long job, long long after, int limit);

// A JSON object with one text in it: {"name":"text"}.
std::string event_data(const std::string& name, const std::string& text);

}  // namespace slipway::jobs
