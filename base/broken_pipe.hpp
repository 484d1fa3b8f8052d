// Writing to somebody who may have gone: SIGPIPE would end the whole program.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cerrno>
#include <ctime>

namespace slipway {

// While this lives, such a write of this thread fails with EPIPE instead.
class NoBrokenPipe {
 public:
  NoBrokenPipe() {
    sigemptyset(&broken_pipe_);
    sigaddset(&broken_pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe_, &before_);
  }
  ~NoBrokenPipe() {
    const int code = errno;
    const timespec at_once{};
    ::sigtimedwait(&broken_pipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = code;
  }
  NoBrokenPipe(const NoBrokenPipe&) = delete;

 private:
  sigset_t broken_pipe_{}, before_{};
};

}  // namespace slipway
