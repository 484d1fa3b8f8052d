// What the tables of a snapshot held when it was finished, so that whoever wrote to it afterwards is seen
// (F16).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::swap {

// Every change gives a row another xmin, or takes the row away; freezing and vacuuming do neither.
struct Tally {
  std::int64_t rows = 0;
  std::string xmins;  // their sum
  bool operator==(const Tally&) const = default;
};

struct Content {
  std::string table;  // as `carry` names it: the partitioned table, for its leaves
  std::int64_t filenode = 0;
  std::int64_t bytes = 0;
  std::optional<Tally> tally;  // of one that was small enough to be read
  bool operator==(const Content&) const = default;
};

using Contents = std::map<std::string, Content>;  // by the relation's quoted name

// Tables are read, the smallest first, up to a gigabyte together; of the others only the files are looked at.
// The schema as in read_shape().
Result<Contents> read_contents(pg::Session& session, const std::string& schema);

// What is not as it was, in words; tables that `may_change` holds for are passed over.
std::vector<std::string> changes(const Contents& then, const Contents& now,
                                 const std::function<bool(const std::string& table)>& may_change);

nlohmann::json to_json(const Contents& contents);
Contents contents_from_json(const nlohmann::json& json);  // throws what nlohmann throws

}  // namespace slipway::swap
