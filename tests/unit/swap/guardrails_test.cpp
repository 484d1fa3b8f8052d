// May it go on: every guardrail by its name, by tables.
#include "swap/guardrails/guardrails.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "swap/guardrails/structure.hpp"

namespace slipway::swap {
namespace {

Manifest manifest(std::int64_t rows, std::uint64_t bytes, const std::string& uuid) {
  Manifest m;
  m.state = SnapshotState::ready;
  m.finished_ms = 1;
  m.build_uuid = uuid;
  m.rows["study"] = rows;
  m.bytes = bytes;
  return m;
}

Shape shape() {
  Shape all;
  for (const ShapeKind& kind : shape_kinds())
    all.kinds[std::string(kind.name)] = {{"thing", {"as it is"}}, {"other", {"as it is"}}};
  return all;
}

// Nothing wrong with it.
Findings findings() {
  Findings f;
  f.candidate = manifest(100, 1000, "two");
  f.live = manifest(100, 1000, "one");
  f.candidate_kept = Kept{shape(), {}, {}};
  f.live_kept = Kept{shape(), {}, {}};
  f.disk_total_bytes = 100ULL << 30;
  f.disk_free_bytes = 50ULL << 30;
  f.left_behind = {{"slots", {}}, {"large_objects", {}}};
  f.own = {{"enough_studies", true, "holds"}};
  return f;
}

std::vector<std::string> failing(const Findings& findings) {
  std::vector<std::string> names;
  for (const Guardrail& one : guardrails(config::Guardrails(), findings))
    if (!one.ok) names.push_back(one.name);
  return names;
}

std::string detail(const Findings& findings, const std::string& name) {
  for (const Guardrail& one : guardrails(config::Guardrails(), findings))
    if (one.name == name) return one.detail;
  return "(no such guardrail)";
}

struct Case {
  std::string what;
  std::function<void(Findings&)> change;
  std::vector<std::string> failing;
};

TEST(Guardrails, EachSaysNoByItsName) {
  const std::vector<Case> cases = {
      {"nothing is wrong", [](Findings&) {}, {}},
      {"nothing is live", [](Findings& f) { f.live.reset(); }, {}},
      {"the build has not ended", [](Findings& f) { f.candidate.finished_ms = 0; }, {"complete"}},
      {"90 % of the rows", [](Findings& f) { f.candidate.rows["study"] = 90; }, {}},
      {"fewer rows", [](Findings& f) { f.candidate.rows["study"] = 89; }, {"rows"}},
      {"fewer bytes", [](Findings& f) { f.candidate.bytes = 799; }, {"bytes"}},
      {"the same build", [](Findings& f) { f.candidate.build_uuid = "one"; }, {"identity"}},
      {"the same place",
       [](Findings& f) { f.candidate_whereabouts = f.live_whereabouts = "here"; },
       {"identity"}},
      {"live does not answer", [](Findings& f) { f.live_silence = "no route"; }, {"live"}},
      {"a full disk", [](Findings& f) { f.disk_free_bytes = 1 << 20; }, {"disk"}},
      {"a disk that cannot be seen", [](Findings& f) { f.disk_total_bytes = f.disk_free_bytes = 0; }, {}},
      {"never analyzed", [](Findings& f) { f.candidate_kept->not_analyzed = {"study"}; }, {"statistics"}},
      {"nobody wrote to it", [](Findings& f) { f.changed.emplace(); }, {}},
      {"somebody wrote to it", [](Findings& f) { f.changed = {"table study: gone"}; }, {"frozen"}},
      {"a replication slot", [](Findings& f) { f.left_behind["slots"] = {"feed"}; }, {"slots"}},
      {"a guardrail of the target's own", [](Findings& f) { f.own[0].ok = false; }, {"enough_studies"}},
      {"tables by their manifests where no structure is known",
       [](Findings& f) {
         f.candidate_kept.reset();
         f.candidate.rows = {{"sample", 100}};
       },
       {"tables"}},
  };
  for (const Case& one : cases) {
    Findings f = findings();
    one.change(f);
    EXPECT_EQ(failing(f), one.failing) << one.what;
  }
}

TEST(Guardrails, ThereIsOneForEachKindOfStructure) {
  for (const ShapeKind& kind : shape_kinds()) {
    const std::string name(kind.name);
    Findings changed = findings();
    changed.candidate_kept->shape.kinds[name]["thing"] = {"otherwise"};
    EXPECT_EQ(failing(changed), std::vector<std::string>{name});
    EXPECT_EQ(detail(changed, name), "different: thing (as it is in live, otherwise now)");
    Findings more = findings();
    more.candidate_kept->shape.kinds[name]["more"] = {"new"};
    EXPECT_TRUE(failing(more).empty()) << name;
    EXPECT_EQ(detail(more, name), "as in live, and 1 new");
    Findings gone = findings();
    gone.candidate_kept->shape.kinds[name].erase("thing");
    // What is gone is named as the table or the type that it was.
    EXPECT_EQ(failing(gone),
              name == "client_shape" ? std::vector<std::string>{} : std::vector<std::string>{name});
  }
}

TEST(Guardrails, ARollbackIsHeldToWhatWouldBreakItOnly) {
  Findings back = findings();
  back.direction = Direction::back;
  back.candidate = manifest(1, 1, "two");
  back.candidate_kept->not_analyzed = {"study"};
  back.changed = {"table study: gone"};
  back.live_silence = "no route";
  back.left_behind["slots"] = {"feed"};
  back.own[0].ok = false;
  for (const ShapeKind& kind : shape_kinds())
    back.candidate_kept->shape.kinds[std::string(kind.name)]["thing"] = {"otherwise"};
  EXPECT_EQ(failing(back), (std::vector<std::string>{"extensions", "collation", "server", "client_shape"}));
}

TEST(Guardrails, WhatGoesWithATableThatIsGoneIsNotNamedAgain) {
  Findings gone = findings();
  auto& kinds = gone.live_kept->shape.kinds;
  kinds["tables"]["study"] = {"table", "public"};
  kinds["columns"]["study.name"] = {"text", "study"};
  kinds["comments"]["column name of study"] = {"Its name", "study.name"};
  kinds["grants"]["study to reader"] = {"SELECT", "study"};
  EXPECT_EQ(failing(gone), std::vector<std::string>{"tables"});
  gone.candidate_kept->shape.kinds["tables"]["study"] = {"table", "public"};
  EXPECT_EQ(failing(gone), (std::vector<std::string>{"columns", "grants"}));
}

TEST(Guardrails, AreOverruledByName) {
  Findings f = findings();
  f.candidate.rows["study"] = 1;
  f.candidate.bytes = 1;
  const std::vector<Guardrail> all = guardrails(config::Guardrails(), f);
  const Done refused = check(all, {"rows"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Kind::refused);
  EXPECT_THAT(refused.error().next_step(), testing::HasSubstr("--allow bytes"));
  EXPECT_THAT(refused.error().next_step(), testing::Not(testing::HasSubstr("--allow rows")));
  EXPECT_TRUE(check(all, {"rows", "bytes"}));
}

TEST(Guardrails, NameTheFirstFewAndHowMany) {
  EXPECT_EQ(first_few({"a"}), "a");
  EXPECT_EQ(first_few({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(first_few({"a", "b", "c", "d", "e"}), "a, b, c and 2 more");
  Findings f = findings();
  f.live_kept->shape.kinds["views"] = {{"v", {std::string(200, 'x')}}};
  f.candidate_kept->shape.kinds["views"] = {{"v", {std::string(99, 'x') + "éé"}}};
  EXPECT_THAT(detail(f, "views"), testing::HasSubstr(std::string(99, 'x') + "… now"));
}

}  // namespace
}  // namespace slipway::swap
