// Whether a snapshot is as it was finished, by tables.
#include "swap/structure/contents.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace slipway::swap {
namespace {

Contents contents() {
  return {{"public.study", {"study", 100, 8192, Tally{10, "7000"}}},
          {"public.sample_1", {"sample", 200, 9LL << 30, std::nullopt}}};
}

std::vector<std::string> changed(const std::function<void(Contents&)>& change, const std::string& may = "") {
  Contents now = contents();
  change(now);
  return changes(contents(), now, [&](const std::string& table) { return table == may; });
}

TEST(Contents, SayWhatIsNotAsItWas) {
  using Strings = std::vector<std::string>;
  const auto study = [](auto change) { return [=](Contents& now) { change(now["public.study"]); }; };
  const auto sample = [](auto change) { return [=](Contents& now) { change(now["public.sample_1"]); }; };
  EXPECT_EQ(changed([](Contents&) {}), Strings{});
  EXPECT_EQ(changed(study([](Content& c) { c.tally->rows = 9; })),
            Strings{"table public.study: 10 rows then, 9 now"});
  EXPECT_EQ(changed(study([](Content& c) { c.tally->xmins = "7001"; })),
            Strings{"table public.study: its rows were written to"});
  // Rewritten by VACUUM FULL, say: its rows are what they were.
  EXPECT_EQ(changed(study([](Content& c) { c.filenode = 1, c.bytes = 1; })), Strings{});
  EXPECT_EQ(changed(sample([](Content& c) { c.filenode = 1; })),
            Strings{"table public.sample_1: it was written anew"});
  EXPECT_EQ(changed(sample([](Content& c) { c.bytes += 8192; })),
            Strings{"table public.sample_1: 9663676416 bytes then, 9663684608 now"});
  EXPECT_EQ(changed(sample([](Content& c) { c.bytes -= 8192; })), Strings{});
  EXPECT_EQ(changed([](Contents& now) { now.erase("public.study"); }),
            Strings{"table public.study: it is gone"});
  EXPECT_EQ(changed([](Contents& now) {
              now["public.more"] = {"more", 1, 0, Tally{0, "0"}};
            }),
            Strings{"table public.more: it was not there"});
}

TEST(Contents, OfTablesThatUsersWriteToMayChange) {
  const auto everything = [](Contents& now) { now["public.study"].tally->rows = 0; };
  EXPECT_TRUE(changed(everything, "study").empty());
  EXPECT_TRUE(changed([](Contents& now) { now["public.sample_1"].filenode = 1; }, "sample").empty());
}

TEST(Contents, ComeBackFromJson) {
  EXPECT_EQ(contents_from_json(to_json(contents())), contents());
}

}  // namespace
}  // namespace slipway::swap
