// Patterns that go any number of folders deep.
#include "daemon/ingest/source/file_tree.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/base/folder.hpp"

namespace slipway::ingest {
namespace {

class FileTree : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"a/one.json", "a/b/two.json", "a/b/c/three.json", "a/b/c/note.txt", ".hidden/four.json",
          "a/.git/five.json", "frame1/x.mrc", "frame10/y.mrc", "we*ird/six.json"}) {
      std::filesystem::create_directories((folder.path() / name).parent_path());
      std::ofstream(folder.path() / name) << "{}";
    }
  }
  std::string found(const std::string& pattern) const {
    const Result<std::vector<Path>> paths = match_tree(folder.path(), pattern);
    if (!paths) return paths.error().text();
    std::string out;
    for (const Path& path : *paths) out += path.lexically_relative(folder.path()).string() + " ";
    return out;
  }
  Folder folder;
};

TEST_F(FileTree, TwoStarsAreAnyNumberOfFolders) {
  EXPECT_EQ(found("**/*.json"), "a/b/c/three.json a/b/two.json a/one.json we*ird/six.json ");
  EXPECT_EQ(found("a/**/*.json"), "a/b/c/three.json a/b/two.json a/one.json ");
  EXPECT_EQ(found("a/**/c/*"), "a/b/c/note.txt a/b/c/three.json ");
  EXPECT_EQ(found("a/**"), "a/b/c/note.txt a/b/c/three.json a/b/two.json a/one.json ");
}

TEST_F(FileTree, EachPartMatchesAsTheShellHasIt) {
  EXPECT_EQ(found("**/[on]*.json"), "a/one.json ");
  EXPECT_EQ(found("frame1/**"), "frame1/x.mrc ");
  EXPECT_EQ(found("we\\*ird/**"), "we*ird/six.json ");
  EXPECT_EQ(found("nowhere/**"), "");
}

TEST_F(FileTree, ALinkThatLeadsBackIsNoCircle) {
  std::filesystem::create_directory_symlink("..", folder.path() / "a" / "up");
  EXPECT_EQ(found("a/**/*.json"), "a/b/c/three.json a/b/two.json a/one.json ");
}

}  // namespace
}  // namespace slipway::ingest
