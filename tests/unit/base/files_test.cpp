// Files and locks: all or nothing, links that are never resolved, limits that are never truncations.
#include "base/files.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "tests/unit/base/folder.hpp"

namespace slipway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

mode_t mode_of(const Path& path) {
  struct stat about {};
  ::stat(path.c_str(), &about);
  return about.st_mode & 07777;
}

TEST(Files, WriteReplacesAndLeavesNothingBeside) {
  const Folder folder;
  Files& files = real_files();
  ASSERT_TRUE(files.write(folder / "a", "one", 0600));
  ASSERT_TRUE(files.write(folder / "a", std::string("two\0more", 8), 0640));
  EXPECT_EQ(*files.read(folder / "a"), std::string("two\0more", 8));
  EXPECT_EQ(mode_of(folder / "a"), 0640U);
  EXPECT_THAT(*files.list(folder.path()), ElementsAre("a"));
}

TEST(Files, WriteGivesTheModeWhateverTheUmask) {
  const Folder folder;
  const mode_t before = ::umask(0077);
  ASSERT_TRUE(real_files().write(folder / "a", "x", 0644));
  ::umask(before);
  EXPECT_EQ(mode_of(folder / "a"), 0644U);
}

TEST(Files, AReaderNeverSeesAHalfWrittenFile) {
  const Folder folder;
  const Path path = folder / "journal";
  const std::string one(100'000, '1'), two(200'000, '2');
  ASSERT_TRUE(real_files().write(path, one));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(real_files().write(path, i % 2 == 0 ? two : one));
    stop = true;
  });
  while (!stop) {
    const Result<std::string> seen = real_files().read(path);
    ASSERT_TRUE(seen) << seen.error().text();
    ASSERT_TRUE(*seen == one || *seen == two) << "a mixture of " << seen->size() << " bytes";
  }
  writer.join();
}

TEST(Files, AFailedWriteKeepsTheOldContent) {
  const Folder folder;
  ASSERT_TRUE(real_files().write(folder / "a", "old"));
  std::filesystem::create_directory(folder / "b");
  ASSERT_TRUE(real_files().write(folder / "b/inside", "x"));
  const Done over_folder = real_files().write(folder / "b", "new");
  ASSERT_FALSE(over_folder);
  EXPECT_THAT(over_folder.error().text(), HasSubstr((folder / "b").string()));
  EXPECT_EQ(*real_files().read(folder / "a"), "old");
  const Done nowhere = real_files().write(folder / "none/a", "new");
  EXPECT_FALSE(nowhere);
}

TEST(Files, AFailedWriteLeavesNoTemporaryFile) {
  const Folder folder;
  std::filesystem::create_directory(folder / "b");
  ASSERT_FALSE(real_files().write(folder / "b", "new"));
  EXPECT_THAT(*real_files().list(folder.path()), ElementsAre("b"));
}

TEST(Files, TooLargeIsAnErrorNotATruncation) {
  const Folder folder;
  ASSERT_TRUE(real_files().write(folder / "a", std::string(1000, 'x')));
  EXPECT_EQ(real_files().read(folder / "a", 1000)->size(), 1000U);
  const Result<std::string> more = real_files().read(folder / "a", 999);
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().text(), HasSubstr("larger than the limit of 999 bytes"));
}

TEST(Files, LinksAreReadUnresolved) {
  const Folder folder;
  Files& files = real_files();
  ASSERT_TRUE(files.symlink("snapshots/none", folder / "current"));
  EXPECT_EQ(**files.read_link(folder / "current"), "snapshots/none");
  EXPECT_FALSE(*files.is_there(folder / "current"));
  EXPECT_FALSE(files.read_link(folder / "missing")->has_value());
  std::filesystem::create_directory(folder / "real");
  const auto replaced = files.read_link(folder / "real");
  ASSERT_FALSE(replaced);
  EXPECT_THAT(replaced.error().text(), HasSubstr("is not a symbolic link"));
  EXPECT_FALSE(files.symlink("x", folder / "current")) << "a link in the way is never replaced";
}

TEST(Files, RenameOfALinkOntoAFolderIsRefused) {
  const Folder folder;
  Files& files = real_files();
  std::filesystem::create_directory(folder / "current");
  ASSERT_TRUE(files.symlink("x", folder / ".current.1"));
  EXPECT_FALSE(files.rename(folder / ".current.1", folder / "current"));
  EXPECT_TRUE(std::filesystem::is_directory(folder / "current"));
}

TEST(Files, RemovingWhatIsNotThereIsFine) {
  const Folder folder;
  EXPECT_TRUE(real_files().remove(folder / "missing"));
  EXPECT_TRUE(real_files().remove_tree(folder / "missing"));
  EXPECT_THAT(*real_files().list(folder / "missing"), IsEmpty());
}

TEST(Files, RemoveTreeFollowsNoLinks) {
  const Folder folder;
  Files& files = real_files();
  ASSERT_TRUE(files.make_folders(folder / "kept"));
  ASSERT_TRUE(files.write(folder / "kept/a", "precious"));
  ASSERT_TRUE(files.make_folders(folder / "tree/deep"));
  ASSERT_TRUE(files.symlink(folder / "kept", folder / "tree/deep/link"));
  ASSERT_TRUE(files.remove_tree(folder / "tree"));
  EXPECT_FALSE(*files.is_there(folder / "tree"));
  EXPECT_EQ(*files.read(folder / "kept/a"), "precious");
}

// As the folder of a server that was killed a moment ago.
TEST(Files, RemoveTreeEndsWhereOthersRemoveAndMakeFilesInIt) {
  const Folder folder;
  const Path tree = folder / "tree";
  for (int round = 0; round < 30; ++round) {
    for (int number = 0; number < 60; ++number) {
      std::filesystem::create_directories(tree / fmt::format("{}", number));
      std::ofstream(tree / fmt::format("{}/file", number)) << "x";
    }
    std::jthread other([&] {
      for (int number = 59; number >= 0; --number) {
        std::error_code ignored;
        if (number % 2) std::ofstream(tree / fmt::format("{}/late", number)) << "x";
        std::filesystem::remove(tree / fmt::format("{}/file", number), ignored);
        std::filesystem::remove(tree / fmt::format("{}", number), ignored);
      }
    });
    const Done removed = real_files().remove_tree(tree);
    ASSERT_TRUE(removed) << removed.error().text();
    other.join();
  }
}

TEST(Files, MakeFoldersRefusesAFileInTheWay) {
  const Folder folder;
  ASSERT_TRUE(real_files().write(folder / "a", "x"));
  EXPECT_FALSE(real_files().make_folders(folder / "a/b"));
  EXPECT_TRUE(real_files().make_folders(folder / "b/c/d"));
  EXPECT_TRUE(real_files().make_folders(folder / "b/c/d")) << "again is fine";
}

TEST(FileLock, OneHolderAndItsName) {
  const Folder folder;
  std::optional<FileLock> first = std::move(*FileLock::try_take(folder / "lock"));
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->sign("slipway ingest, process 17"));
  EXPECT_FALSE(*FileLock::try_take(folder / "lock"));
  const Result<FileLock> second = FileLock::take(folder / "lock", 50);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), Kind::busy);
  EXPECT_THAT(second.error().text(), HasSubstr("slipway ingest, process 17"));
  first.reset();
  EXPECT_TRUE(FileLock::take(folder / "lock", 50));
}

TEST(FileLock, FiftyThreadsNeverHoldItTogether) {
  const Folder folder;
  std::atomic<int> inside = 0, turns = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 50; ++i)
    threads.emplace_back([&] {
      const Result<FileLock> lock = FileLock::take(folder / "lock", 60'000);
      ASSERT_TRUE(lock);
      EXPECT_EQ(++inside, 1);
      ++turns;
      --inside;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(turns, 50);
}

TEST(FileLock, AMovedLockIsHeldOnce) {
  const Folder folder;
  {
    FileLock outer;
    {
      FileLock inner = std::move(*FileLock::take(folder / "lock", 50));
      outer = std::move(inner);
    }
    EXPECT_FALSE(*FileLock::try_take(folder / "lock"));
  }
  EXPECT_TRUE(*FileLock::try_take(folder / "lock"));
}

TEST(TreeBytes, CountsWhatIsAllocated) {
  const Folder folder;
  ASSERT_TRUE(real_files().write(folder / "a", std::string(1 << 20, 'x')));
  EXPECT_GE(tree_bytes(folder.path()), 1U << 20);
  EXPECT_EQ(tree_bytes(folder / "missing"), 0U);
  EXPECT_GT(*free_bytes(folder.path()), 0U);
}

}  // namespace
}  // namespace slipway
