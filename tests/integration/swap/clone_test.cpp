// Snapshots that begin as a copy of what is live, while clients write to it.
#include <atomic>
#include <thread>

#include "swap/manifest_table.hpp"
#include "tests/support/harbour.hpp"

namespace slipway::swap {
namespace {

pg::Session on(const test::Harbour& harbour, const std::string& id) {
  return test::must(enter(real_seams(), test::must(harbour.volume().place(id))));
}

TEST(Clone, HasWhatWasCommittedBeforeItAndAnIdentityOfItsOwn) {
  test::Harbour harbour;
  const std::string first = harbour.build(200'000);
  ASSERT_EQ(harbour.promote().outcome, Outcome::promoted);
  {
    pg::Session session = on(harbour, first);
    test::must(
        session.script("create table visit (n int primary key); grant all on visit to portal, portal_read"));
  }
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  std::jthread writer([&] {
    pg::Session session = test::must(pg::Session::open(harbour.door("portal")));
    for (int n = 1; !stop; ++n) {
      test::must(session.query("insert into visit values ($1)", {std::to_string(n)}));
      written = n;
    }
  });
  while (written < 100) real_clock().sleep(Millis(1));
  const int before = written;
  Volume volume = harbour.volume();
  Build build = test::must(volume.clone({"none", {}, 7}));
  const int after = written;
  stop = true;
  writer.join();
  EXPECT_GT(after, before) << "writers go on while live is copied";

  pg::Session session = test::must(pg::Session::open(build.place.conninfo));
  const Identity copied = test::must(read_identity(session));
  EXPECT_EQ(copied.id, build.manifest.id);
  EXPECT_NE(copied.id, first);
  const pg::Rows visits = test::must(session.query("select count(*), max(n) from visit"));
  EXPECT_EQ(visits.number(0, 0), visits.number(0, 1)) << "no gap: what is there is a moment of live";
  EXPECT_GE(visits.number(0, 0), before);
  EXPECT_LE(visits.number(0, 0), after + 1);
  EXPECT_EQ(test::must(session.query("select count(*) from cargo")).number(0, 0), 200'000);
  test::must(session.script("analyze visit"));
  build.manifest.rows["cargo"] = 200'000;
  test::must(volume.finish(build));
  EXPECT_EQ(harbour.live(), first);
  const Receipt there = harbour.promote();
  EXPECT_EQ(there.outcome, Outcome::promoted) << there.reason;
  EXPECT_EQ(harbour.live(), copied.id);
  const Receipt back = harbour.roll_back();
  EXPECT_EQ(back.outcome, Outcome::promoted) << back.reason;
  EXPECT_EQ(test::must(on(harbour, first).query("select count(*) from visit")).number(0, 0), written);
}

TEST(Clone, OfNothingIsRefused) {
  test::Harbour harbour;
  const Result<Build> build = harbour.volume().clone({"none", {}, 1});
  ASSERT_FALSE(build);
  EXPECT_EQ(build.error().kind(), Kind::refused);
}

}  // namespace
}  // namespace slipway::swap
