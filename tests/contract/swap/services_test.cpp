// What units, services behind HTTP and commands promise beyond the suite of all.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "swap/hooks.hpp"
#include "swap/quiesce/command.hpp"
#include "swap/quiesce/http.hpp"
#include "swap/quiesce/systemd.hpp"
#include "tests/support/must.hpp"
#include "tests/support/pausable.hpp"
#include "tests/support/units.hpp"

namespace slipway {
namespace {

using test::must;
using testing::HasSubstr;

TEST(Systemd, StartsOnlyWhatRan) {
  test::Units units;
  units.install("api.service", true);
  units.install("off.service", false);
  const auto quiescer = swap::systemd_quiescer(real_seams(), {{"api.service", "off.service"}});
  EXPECT_THAT(must(quiescer->look()), testing::ElementsAre(HasSubstr("off.service is inactive")));
  const std::string memo = must(quiescer->remember());
  must(quiescer->pause(memo, Millis(60'000)));
  must(quiescer->resume(memo, Millis(60'000)));
  EXPECT_TRUE(units.runs("api.service"));
  EXPECT_FALSE(units.runs("off.service"));
}

TEST(Systemd, WarnsOfASocketThatCanStartIt) {
  test::Units units;
  units.install("api.service", true);
  units.put("api.service", "trigger", "api.socket");
  EXPECT_THAT(must(swap::systemd_quiescer(real_seams(), {{"api.service"}})->look()),
              testing::ElementsAre(HasSubstr("api.socket")));
}

class Http : public testing::Test {
 protected:
  std::unique_ptr<swap::Quiescer> quiescer() const {
    config::HttpQuiesce step;
    step.pause.url = service_.url("/pause");
    step.resume.url = service_.url("/resume");
    return swap::http_quiescer(real_seams(), step);
  }
  test::Pausable service_;
};

TEST_F(Http, TakesBackAPauseThatHalfFailed) {
  service_.behave("broken");
  const Done paused = quiescer()->pause("", Millis(40'000));
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().kind(), Kind::failed);
  EXPECT_THAT(paused.error().text(), HasSubstr("answered 500: half of it failed"));
  must(web::get(service_.url("/work"), Millis(60'000)));
}

TEST_F(Http, SaysThatItMayStillBeHeldWhereNothingTakesItBack) {
  service_.behave("stuck");
  must(quiescer()->pause("", Millis(40'000)));
  const Done resumed = quiescer()->resume("", Millis(40'000));
  ASSERT_FALSE(resumed);
  EXPECT_THAT(resumed.error().text(), HasSubstr("503"));
}

TEST_F(Http, ThatDiedBeforeThePauseHoldsNothing) {
  service_.kill();
  const Done paused = quiescer()->pause("", Millis(8'000));
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().kind(), Kind::failed);
}

class Scripts {
 public:
  std::string write(const std::string& name, const std::string& body) {
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << body << "\n";
    ::chmod((folder_ / name).c_str(), 0755);
    return "./" + name;
  }
  Path path() const { return folder_.path(); }
  std::string content(const std::string& name) const {
    std::ifstream file(folder_.path() / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  Folder folder_;
};

// F14: the group is ended, the grandchild that ignores TERM too, and what was paused is resumed.
TEST(Command, ThatHangsForksAndIgnoresTermIsEndedWithAllItsChildren) {
  Scripts scripts;
  config::CommandQuiesce step;
  step.pause = {
      scripts.write("pause.sh",
                    "trap '' TERM\n(trap '' TERM; sh -c 'echo $PPID' >grandchild; sleep 3600; sleep 3600) &\n"
                    "sleep 3600\nsleep 3600")};
  step.resume = {scripts.write("resume.sh", "touch resumed")};
  const auto quiescer = swap::command_quiescer(real_seams(), step, "portal", scripts.path());
  const Done paused = quiescer->pause("", Millis(12'000));
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().kind(), Kind::failed) << paused.error().text();
  const pid_t grandchild = std::atoi(scripts.content("grandchild").c_str());
  ASSERT_GT(grandchild, 0);
  for (int attempt = 0; attempt < 1200 && must(find_process(grandchild)); ++attempt)
    real_clock().sleep(Millis(50));
  EXPECT_FALSE(must(find_process(grandchild)));
  EXPECT_TRUE(std::filesystem::exists(scripts.path() / "resumed"));
}

TEST(Command, ThatCannotBeTakenBackSaysThatItMayBeHeld) {
  Scripts scripts;
  config::CommandQuiesce step;
  step.pause = {scripts.write("pause.sh", "echo half; exit 3")};
  step.resume = {scripts.write("resume.sh", "echo no way >&2; exit 4")};
  const Done paused =
      swap::command_quiescer(real_seams(), step, "portal", scripts.path())->pause("", Millis(60'000));
  ASSERT_FALSE(paused);
  EXPECT_EQ(paused.error().kind(), Kind::needs_operator);
  EXPECT_THAT(paused.error().text(), HasSubstr("status 4: no way"));
}

config::Hook hook(const std::string& program, Seconds timeout = Seconds(60)) {
  config::Hook hook;
  hook.run = {program, "an argument"};
  hook.timeout = timeout;
  return hook;
}

TEST(Hooks, FindWhatTheyNeedInTheirEnvironment) {
  Scripts scripts;
  config::Target target;
  target.name = "portal";
  target.folder = scripts.path();
  target.hooks.after = {hook(scripts.write("tell.sh",
                                           "echo $SLIPWAY_HOOK $SLIPWAY_TARGET $SLIPWAY_FROM $SLIPWAY_TO "
                                           "$SLIPWAY_KIND $SLIPWAY_ACTOR $SLIPWAY_OUTCOME $1"))};
  ::setenv("A_SECRET_OF_OURS", "x", 1);
  const auto runs = swap::run_hooks(real_seams(), target, swap::HookMoment::after,
                                    {"1", "2", "promote", "me", "promoted", ""});
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_TRUE(runs[0].ok) << runs[0].detail;
  EXPECT_EQ(runs[0].detail, "after portal 1 2 promote me promoted an argument");
}

TEST(Hooks, BeforeStopsAtTheFirstThatFailsAndAfterDoesNot) {
  Scripts scripts;
  config::Target target;
  target.folder = scripts.path();
  const std::string bad = scripts.write("bad.sh", "echo broken >&2; exit 7"),
                    good = scripts.write("good.sh", ":");
  target.hooks.before = target.hooks.after = {hook(good), hook(bad), hook(good)};
  const auto before = swap::run_hooks(real_seams(), target, swap::HookMoment::before, {});
  EXPECT_EQ(before.size(), 2u);
  const Done all = swap::all_ok(before);
  ASSERT_FALSE(all);
  EXPECT_THAT(all.error().text(), HasSubstr("status 7: broken"));
  const auto after = swap::run_hooks(real_seams(), target, swap::HookMoment::after, {});
  EXPECT_EQ(after.size(), 3u);
  EXPECT_THAT(swap::warnings_of(after), testing::ElementsAre(HasSubstr("bad.sh")));
}

TEST(Hooks, ThatHangAreEnded) {
  Scripts scripts;
  config::Target target;
  target.folder = scripts.path();
  target.hooks.failed = {hook(scripts.write("hang.sh", "trap '' TERM\nsleep 3600\nsleep 3600"), Seconds(1))};
  const auto runs = swap::run_hooks(real_seams(), target, swap::HookMoment::failed, {});
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_FALSE(runs[0].ok);
  EXPECT_THAT(runs[0].detail, HasSubstr("was killed"));
}

}  // namespace
}  // namespace slipway
