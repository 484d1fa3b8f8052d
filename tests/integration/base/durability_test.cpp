// What a durable write asks of the kernel, seen from outside by strace: fsync before rename, the folder's
// fsync after it, and an error of any of them is said and never leaves a mixture.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "base/files.hpp"
#include "base/process.hpp"
#include "tests/unit/base/folder.hpp"

namespace slipway {
namespace {

using testing::HasSubstr;

// What the traced copy of this program does; alone it is left out.
TEST(DurabilityHelper, DISABLED_WriteIt) {
  const Done done = real_files().write(std::getenv("SLIPWAY_TEST_FILE"), "new");
  EXPECT_TRUE(done) << done.error().text();
}

struct Traced {
  int status;
  std::string output;
  std::string log;
};

class Durability : public testing::Test {
 protected:
  Durability() { EXPECT_TRUE(real_files().write(file_, "old")); }

  // Writes "new" over "old" in a copy of this program under strace.
  Traced trace(const std::string& inject = "") {
    Command command;
    command.argv = {
        "strace", "-f", "-y", "-e", "trace=openat,fsync,rename", "-o", (folder_ / "log").string()};
    if (!inject.empty()) command.argv.insert(command.argv.end(), {"-e", "inject=" + inject});
    command.argv.push_back(std::filesystem::read_symlink("/proc/self/exe").string());
    command.argv.push_back("--gtest_also_run_disabled_tests");
    command.argv.push_back("--gtest_filter=DurabilityHelper.DISABLED_WriteIt");
    // The leak checker cannot work in a traced process.
    command.environment = {"SLIPWAY_TEST_FILE=" + file_.string(), "ASAN_OPTIONS=detect_leaks=0"};
    const Result<Finished> finished = real_processes().run(command);
    EXPECT_TRUE(finished) << finished.error().text();
    return {finished->status, finished->output, *real_files().read(folder_ / "log")};
  }
  std::string content() { return *real_files().read(file_); }
  bool temporary_left() {
    for (const std::string& name : names())
      if (name.ends_with(".tmp")) return true;
    return false;
  }
  std::vector<std::string> names() { return *real_files().list(folder_.path()); }

  Folder folder_;
  Path file_ = folder_ / "journal";
};

TEST_F(Durability, TheFileIsOnDiskBeforeItsNameAndTheNameBeforeItIsSaid) {
  const Traced traced = trace();
  EXPECT_EQ(traced.status, 0) << traced.output;
  EXPECT_EQ(content(), "new");
  const std::size_t file_synced = traced.log.find(".tmp>) ");
  const std::size_t renamed = traced.log.find("rename(");
  const std::size_t folder_synced = traced.log.find("fsync(", renamed);
  ASSERT_NE(file_synced, std::string::npos) << traced.log;
  ASSERT_NE(renamed, std::string::npos) << traced.log;
  ASSERT_NE(folder_synced, std::string::npos) << traced.log;
  EXPECT_LT(file_synced, renamed);
  EXPECT_THAT(traced.log.substr(folder_synced, 200), HasSubstr("<" + folder_.path().string() + ">"));
}

TEST_F(Durability, AFailedFsyncIsSaidAndTheOldContentStays) {
  const Traced traced = trace("fsync:error=EIO:when=1");
  EXPECT_NE(traced.status, 0);
  EXPECT_THAT(traced.output, HasSubstr("cannot fsync"));
  EXPECT_EQ(content(), "old");
  EXPECT_FALSE(temporary_left());
}

TEST_F(Durability, AFailedRenameIsSaidAndTheOldContentStays) {
  const Traced traced = trace("rename:error=ENOSPC:when=1");
  EXPECT_NE(traced.status, 0);
  EXPECT_THAT(traced.output, HasSubstr("No space left"));
  EXPECT_EQ(content(), "old");
  EXPECT_FALSE(temporary_left());
}

TEST_F(Durability, AFailedFsyncOfTheFolderIsSaid) {
  const Traced traced = trace("fsync:error=EIO:when=2");
  EXPECT_NE(traced.status, 0);
  EXPECT_THAT(traced.output, HasSubstr("cannot fsync the folder"));
}

TEST_F(Durability, AKillAtTheRenameLeavesTheOldContent) {
  const Traced traced = trace("rename:signal=KILL:error=EIO:when=1");
  EXPECT_NE(traced.status, 0);
  EXPECT_EQ(content(), "old");
}

}  // namespace
}  // namespace slipway
