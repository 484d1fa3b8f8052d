// Which bound an ingest hit.
#include "daemon/jobs/profile.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace slipway::jobs {
namespace {

using testing::HasSubstr;

std::map<std::string, ingest::TableReport> tables(double source, double work, double server) {
  ingest::TableReport table;
  table.loaded = 1'000'000;
  table.bytes = 50'000'000;
  table.seconds = 10;
  table.times = {source, work, server};
  return {{"image", table}};
}

TEST(Profile, NamesTheLargestShare) {
  const Phases phases = {{"create", 1}, {"load", 10}, {"indexes", 4}, {"freeze", 5}};
  struct Case {
    double source, work, server;
    std::optional<double> disk;
    const char* bound;
  };
  for (const Case& one :
       {Case{8, 1, 1, 0.1, "source"}, Case{1, 8, 1, 0.9, "parse"}, Case{1, 1, 8, 0.1, "server"},
        Case{1, 1, 8, 0.9, "disk"}, Case{1, 1, 8, {}, "server"}, Case{3.4, 3.3, 3.3, 0.1, "index"}})
    EXPECT_EQ(profile_of(phases, one.disk, tables(one.source, one.work, one.server)).bound, one.bound)
        << one.source << " " << one.work << " " << one.server;
}

TEST(Profile, SharesAreOfTheWholeAndOfAllThreads) {
  // Two threads loaded for ten seconds each.
  const Profile profile =
      profile_of({{"create", 2}, {"load", 10}, {"indexes", 5}, {"count", 3}}, 0.25, tables(4, 6, 10));
  std::map<std::string, double> shares(profile.shares.begin(), profile.shares.end());
  EXPECT_NEAR(shares["source"], 0.1, 1e-9);
  EXPECT_NEAR(shares["parse"], 0.15, 1e-9);
  EXPECT_NEAR(shares["server"], 0.25, 1e-9);
  EXPECT_NEAR(shares["index"], 0.25, 1e-9);
  EXPECT_NEAR(shares["rest"], 0.25, 1e-9);
  EXPECT_THAT(in_words(profile), HasSubstr("source 10 %, parse 15 %, server 25 %, index 25 %, rest 25 %"));
  EXPECT_THAT(in_words(profile), HasSubstr("100,000 rows/s, 5.0 MB/s"));
  const nlohmann::json json = to_json(profile);
  EXPECT_EQ(json["tables"]["image"]["rows_per_second"], 100'000);
  EXPECT_EQ(json["disk_pressure"], 0.25);
  EXPECT_EQ(json["phases"][1]["phase"], "load");
}

TEST(Profile, SaysNothingWhereNothingWasLoaded) {
  EXPECT_EQ(in_words(profile_of({{"load", 1}}, {}, {})), "");
  EXPECT_TRUE(to_json(profile_of({}, {}, {}))["disk_pressure"].is_null());
}

}  // namespace
}  // namespace slipway::jobs
