// Which rows of a table belong to which of its files.
#include "daemon/ingest/reuse/note.hpp"

#include <gtest/gtest.h>

namespace slipway::ingest {
namespace {

std::string text(const FileSegments& files) {
  std::string out;
  for (const std::vector<Segment>& file : files) {
    for (const Segment& one : file)
      out += fmt::format("{}*{}[{}-{}]{} ", one.xid, one.rows, one.first, one.last, one.whole ? "" : "?");
    out += "| ";
  }
  return out;
}

TEST(ShareOut, FilesAndTransactionsInOrder) {
  EXPECT_EQ(text(share_out({{7, 10, "a", "b"}}, {10})), "7*10[a-b] | ");
  EXPECT_EQ(text(share_out({{7, 10, "a", "b"}}, {4, 0, 6})), "7*4[-]? | | 7*6[-]? | ");
  EXPECT_EQ(text(share_out({{7, 10, "a", "b"}, {9, 5, "c", "d"}}, {4, 8, 3})),
            "7*4[-]? | 7*6[-]? 9*2[-]? | 9*3[-]? | ");
  EXPECT_EQ(text(share_out({{7, 10, "a", "b"}, {9, 5, "c", "d"}}, {15})), "7*10[a-b] 9*5[c-d] | ");
  EXPECT_EQ(text(share_out({}, {0, 0})), "| | ");
}

TEST(ShareOut, WhatDoesNotAddUpIsNotKnown) {
  EXPECT_TRUE(share_out({{7, 10, "a", "b"}}, {9}).empty());
  EXPECT_TRUE(share_out({{7, 10, "a", "b"}}, {11}).empty());
  EXPECT_TRUE(share_out({}, {1}).empty());
}

}  // namespace
}  // namespace slipway::ingest
