// Other programs: their output, their limits, their groups, and what they do not inherit.
#include "base/process.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>

#include "tests/unit/base/folder.hpp"

namespace slipway {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Command shell(const std::string& script) {
  Command command;
  command.argv = {"/bin/sh", "-c", script};
  return command;
}

Finished run(const Command& command) {
  Result<Finished> finished = real_processes().run(command);
  EXPECT_TRUE(finished) << finished.error().text();
  return finished ? std::move(*finished) : Finished{};
}

// Whether any process still has that word in its command line.
bool anyone_runs(const std::string& word) {
  const std::vector<std::string> names = *real_files().list("/proc");
  for (const std::string& name : names) {
    const Result<std::string> line = real_files().read(Path("/proc") / name / "cmdline");
    if (name.find_first_not_of("0123456789") == std::string::npos && line &&
        line->find(word) != std::string::npos && *find_process(std::stoi(name)))
      return true;
  }
  return false;
}

bool soon(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(Millis(10));
  }
  return false;
}

TEST(Run, GivesStatusAndBothStreams) {
  const Finished finished = run(shell("echo out; echo err >&2; exit 7"));
  EXPECT_EQ(finished.status, 7);
  EXPECT_EQ(finished.output, "out\nerr\n");
  EXPECT_FALSE(finished.timed_out);
}

TEST(Run, ASignalIs128AndItsNumber) {
  EXPECT_EQ(run(shell("kill -9 $$")).status, 137);
}

TEST(Run, AMissingProgramIsAnError) {
  Command command;
  command.argv = {"no-such-program-anywhere"};
  const auto by_name = real_processes().run(command);
  ASSERT_FALSE(by_name);
  EXPECT_THAT(by_name.error().text(), HasSubstr("no-such-program-anywhere"));
  command.argv = {"/no/such/program"};
  EXPECT_FALSE(real_processes().run(command));
  command.argv = {"/etc/passwd"};
  EXPECT_FALSE(real_processes().run(command));
}

TEST(Run, AMissingFolderIsAnError) {
  Command command = shell("true");
  command.folder = "/no/such/folder";
  EXPECT_FALSE(real_processes().run(command));
}

TEST(Run, FeedsALargeInputWhileReadingALargeOutput) {
  Command command = shell("cat");
  command.input = std::string(5'000'000, 'x') + "end";
  const Finished finished = run(command);
  EXPECT_EQ(finished.output.size(), 64U << 10);
  EXPECT_THAT(finished.output, EndsWith("xend"));
}

TEST(Run, AProgramThatDoesNotReadItsInputHarmsNobody) {
  Command command = shell("exec 0<&-; sleep 0.2; echo done");
  command.input = std::string(5'000'000, 'x');
  EXPECT_EQ(run(command).output, "done\n");
}

TEST(Run, InheritsNothingButPath) {
  ::setenv("SLIPWAY_SECRET", "x", 1);
  Command command = shell("env");
  command.environment = {"GIVEN=1"};
  const std::string alone = run(command).output;
  EXPECT_THAT(alone, HasSubstr("GIVEN=1"));
  EXPECT_THAT(alone, HasSubstr("PATH="));
  EXPECT_THAT(alone, Not(HasSubstr("SLIPWAY_SECRET")));
  command.inherit_environment = true;
  EXPECT_THAT(run(command).output, HasSubstr("SLIPWAY_SECRET=x"));
  ::unsetenv("SLIPWAY_SECRET");
}

TEST(Run, InheritsNoDescriptors) {
  const int open_file = ::open("/etc/passwd", O_RDONLY);
  const Finished finished = run(shell("ls /proc/self/fd"));
  ::close(open_file);
  EXPECT_EQ(finished.output, "0\n1\n2\n3\n") << "3 is ls reading the folder";
}

TEST(Run, HandsOnTheDescriptorsThatItIsGiven) {
  const int kept = ::fcntl(::open("/etc/passwd", O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 40);
  Command command = shell(fmt::format("head -c 4 /proc/self/fd/{}", kept));
  command.keep_fds = {kept};
  EXPECT_EQ(run(command).output, "root");
  ::close(kept);
}

TEST(Run, WritesToAFileInstead) {
  const Folder folder;
  Command command = shell("echo more");
  command.output = folder / "log";
  ASSERT_TRUE(real_files().write(command.output, "first\n"));
  EXPECT_EQ(run(command).output, "");
  EXPECT_EQ(*real_files().read(command.output), "first\nmore\n");
}

TEST(Run, TheLimitEndsTheWholeGroup) {
  Command command = shell("sleep 31.4159 & sleep 31.4159");
  command.limit = Millis(200);
  const Finished finished = run(command);
  EXPECT_TRUE(finished.timed_out);
  EXPECT_TRUE(soon([] { return !anyone_runs("31.4159"); }));
}

TEST(Run, WhoIgnoresTermIsKilled) {
  Command command = shell("trap '' TERM; sleep 32.4159; sleep 32.4159");
  command.limit = Millis(100);
  const Finished finished = run(command);
  EXPECT_TRUE(finished.timed_out);
  EXPECT_EQ(finished.status, 137);
  EXPECT_TRUE(soon([] { return !anyone_runs("32.4159"); }));
}

TEST(Run, AChildThatIgnoresTermDiesWithItsParent) {
  Command command = shell("(trap '' TERM; sleep 33.4159) & wait");
  command.limit = Millis(200);
  EXPECT_TRUE(run(command).timed_out);
  EXPECT_TRUE(soon([] { return !anyone_runs("33.4159"); }));
}

TEST(Run, ABackgroundChildThatHoldsTheOutputHoldsNobodyElse) {
  Command command = shell("sleep 3.4159 & echo quick");
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(run(command).output, "quick\n");
  EXPECT_LT(std::chrono::steady_clock::now() - began, Seconds(3));
  EXPECT_TRUE(soon([] { return !anyone_runs("3.4159"); }));
}

TEST(RunChecked, AFailureQuotesTheOutput) {
  const auto failed = run_checked(real_processes(), shell("echo the reason; exit 3"));
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().text(), HasSubstr("status 3: the reason"));
  EXPECT_EQ(*run_checked(real_processes(), shell("echo fine")), "fine\n");
}

class Detached : public testing::Test {
 protected:
  // Ends with the test, whatever it finds.
  ~Detached() override {
    if (process_.pid <= 0) return;
    EXPECT_TRUE(send_signal(process_, SIGKILL));
    EXPECT_TRUE(wait_for_end(process_, Millis(10'000)));
  }

  void start(const Command& command, const std::vector<int>& keep = {}) {
    const Result<ProcessId> started = real_processes().start_detached(command, keep);
    ASSERT_TRUE(started) << started.error().text();
    process_ = *started;
  }

  Folder folder_;
  ProcessId process_;
};

TEST_F(Detached, LivesInASessionOfItsOwnAndIsNoChildOfOurs) {
  Command command;
  command.argv = {"sleep", "34.4159"};
  command.folder = folder_.path();
  start(command);
  EXPECT_TRUE(alive(process_));
  EXPECT_EQ(::getsid(process_.pid), process_.pid);
  EXPECT_EQ(::waitpid(process_.pid, nullptr, WNOHANG), -1);
  EXPECT_THAT(*processes_in(folder_.path()), testing::ElementsAre(process_));
}

TEST_F(Detached, KeepsOnlyTheDescriptorsThatItIsGiven) {
  const int kept = ::fcntl(::open("/etc/passwd", O_RDONLY | O_CLOEXEC), F_DUPFD_CLOEXEC, 40);
  const int other = ::open("/etc/group", O_RDONLY);
  Command command;
  command.argv = {"sleep", "35.4159"};
  start(command, {kept});
  // For a moment it has a library open that it loads; what it was given stays.
  std::vector<std::string> names;
  for (int left = 500; left > 0 && names.size() != 4; --left) {
    names = *real_files().list(fmt::format("/proc/{}/fd", process_.pid));
    real_clock().sleep(Millis(10));
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("0", "1", "2", std::to_string(kept)));
  ::close(kept);
  ::close(other);
}

TEST_F(Detached, AProgramThatCannotStartIsAnError) {
  Command command;
  command.argv = {"/no/such/program"};
  EXPECT_FALSE(real_processes().start_detached(command));
}

TEST_F(Detached, SignalsReachThisProcessAndNoLaterOneWithItsPid) {
  Command command;
  command.argv = {"sleep", "36.4159"};
  start(command);
  const ProcessId earlier{process_.pid, process_.start_ticks - 1};
  EXPECT_FALSE(alive(earlier));
  EXPECT_TRUE(send_signal(earlier, SIGKILL)) << "gone already is fine";
  EXPECT_FALSE(wait_for_end(process_, Millis(50)));
  EXPECT_TRUE(send_signal(process_, SIGKILL));
  EXPECT_TRUE(wait_for_end(process_, Millis(10'000)));
}

TEST(ProcessIds, AZombieIsDead) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  EXPECT_TRUE(soon([&] { return !*find_process(child); }));
  ::waitpid(child, nullptr, 0);
  EXPECT_FALSE(*find_process(0));
  EXPECT_FALSE(*find_process(-1));
  EXPECT_TRUE(alive(this_process()));
}

// While this lives nobody here can open anything more, as in a daemon that has run out of descriptors.
class NoDescriptorsLeft {
 public:
  NoDescriptorsLeft() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    ::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptorsLeft() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(Detached, WhoCannotBeSeenIsNotTakenForDead) {
  Command command;
  command.argv = {"sleep", "37.4159"};
  command.folder = folder_.path();
  start(command);
  {
    const NoDescriptorsLeft blind;
    EXPECT_TRUE(alive(process_));
    EXPECT_FALSE(find_process(process_.pid));
    EXPECT_FALSE(processes_in(folder_.path()));
    EXPECT_FALSE(send_signal(process_, SIGKILL)) << "it may be somebody else's pid by now";
  }
  EXPECT_TRUE(alive(process_));
}

TEST(BootId, IsThereAndStays) {
  EXPECT_EQ(boot_id().size(), 36U);
  EXPECT_EQ(boot_id(), boot_id());
}

}  // namespace
}  // namespace slipway
