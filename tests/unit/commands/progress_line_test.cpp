// The line that people watch.
#include "daemon/commands/progress_line.hpp"

#include <gtest/gtest.h>

namespace slipway::commands {
namespace {

TEST(ProgressLine, SaysWhatIsThere) {
  BuildProgress progress{"load", {}, Millis(2000)};
  EXPECT_EQ(progress_line(progress), "load");
  progress.tables["image"] = {"image", 1'234'567, 12, 50'000'000, 100'000'000};
  EXPECT_EQ(
      progress_line(progress),
      "load  [##########----------]  1,234,567 rows  50.0 of 100.0 MB  25.0 MB/s  ETA 0:02  12 rejected");
  progress.tables["study"] = {"study", 1, 0, 100'000'000, 100'000'000};
  EXPECT_NE(progress_line(progress).find("1,234,568 rows  150.0 of 200.0 MB"), std::string::npos);
}

TEST(ProgressLine, SaysWhatIsThereWhereNobodyKnowsTheWhole) {
  BuildProgress progress{"load", {}, Millis(2000)};
  progress.tables["image"] = {"image", 1'234'567, 0, 50'000'000, 0};
  EXPECT_EQ(progress_line(progress), "load  1,234,567 rows  50.0 MB  25.0 MB/s");
}

TEST(ProgressLine, SurvivesOddNumbers) {
  BuildProgress progress{"load", {}, Millis(0)};
  progress.tables["image"] = {"image", 0, 0, 0, 100};
  EXPECT_NE(progress_line(progress).find("0 rows"), std::string::npos);
  progress.tables["image"] = {"image", 0, 0, 500, 100};  // the file has grown
  EXPECT_NE(progress_line(progress).find("[####################]"), std::string::npos);
}

TEST(ProgressLine, Numbers) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
  EXPECT_EQ(minutes_seconds(65), "1:05");
  EXPECT_EQ(minutes_seconds(3605), "1:00:05");
}

}  // namespace
}  // namespace slipway::commands
