// Other programs: run one and wait, or start one that outlives us; and know a process again by more than its
// pid.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace slipway {

struct Command {
  std::vector<std::string> argv;         // argv[0] is a path, or a name looked up in PATH
  std::vector<std::string> environment;  // "NAME=value"; nothing else is inherited but PATH
  bool inherit_environment = false;
  Path folder;                // working directory; empty: ours
  Path output;                // both streams appended to this file; empty: see below
  std::string input;          // written to standard input
  Millis limit{60'000};       // then TERM, and KILL three seconds later, to the whole group
  std::vector<int> keep_fds;  // what run() hands on under the same numbers; nothing else is
};

struct Finished {
  int status = 0;  // exit code, or 128 + signal
  bool timed_out = false;
  std::string output;  // both streams, at most the last 64 KiB; empty if they went to a file
};

// A process, told apart from a later one with the same pid by its start time.
struct ProcessId {
  pid_t pid = 0;
  std::uint64_t start_ticks = 0;
  bool operator==(const ProcessId&) const = default;
};

class Processes {
 public:
  virtual ~Processes() = default;
  // An error only if it could not be started; look at the status for the rest.
  virtual Result<Finished> run(const Command& command) = 0;
  // In a session of its own (and in a scope of its own where systemd runs), adopted by init, with no
  // descriptors of ours but those in keep_fds (under the same numbers). Returns once the program has been
  // executed.
  virtual Result<ProcessId> start_detached(const Command& command, const std::vector<int>& keep_fds = {}) = 0;
};

Processes& real_processes();

// run(), where anything but exit status 0 is an error that quotes the output.
Result<std::string> run_checked(Processes& processes, const Command& command);

ProcessId this_process();
// Nothing if there is none, or only a zombie; an error where that cannot be seen.
Result<std::optional<ProcessId>> find_process(pid_t pid);
// False only where it is known to be dead: whoever acts on a death must not guess.
bool alive(const ProcessId& process);
Done send_signal(const ProcessId& process,
                 int signal);  // gone already is fine; never hits a later owner of the pid
// True once it has ended (within the limit).
bool wait_for_end(const ProcessId& process, Millis limit);
// The live processes of this user whose working directory is that folder, or whether one of them is; an error
// where that cannot be seen.
Result<std::vector<ProcessId>> processes_in(const Path& folder);
Result<bool> works_in(pid_t pid, const Path& folder);
std::string boot_id();

// The programs that were installed beside this one stay within reach after a change of user, and within that
// of the children that are started with own_program_environment() and own_program_descriptors().
void remember_own_programs();
std::string own_program(const std::string& name);
std::vector<std::string> own_program_environment();
std::vector<int> own_program_descriptors();

}  // namespace slipway
