// Writing to somebody who has gone is an error of that write, not the end of the program.
#include "base/broken_pipe.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace slipway {
namespace {

TEST(NoBrokenPipe, TurnsTheSignalIntoAnErrorAndLeavesNothingPending) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ::close(ends[0]);
  {
    const NoBrokenPipe no_broken_pipe;
    EXPECT_EQ(::write(ends[1], "x", 1), -1);
    EXPECT_EQ(errno, EPIPE);
  }
  ::close(ends[1]);
  sigset_t pending, blocked;
  ASSERT_EQ(::sigpending(&pending), 0);
  EXPECT_FALSE(sigismember(&pending, SIGPIPE));
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked), 0);
  EXPECT_FALSE(sigismember(&blocked, SIGPIPE));
}

}  // namespace
}  // namespace slipway
