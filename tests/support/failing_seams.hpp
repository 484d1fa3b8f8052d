// Seams whose Nth call fails, once or from there on, in the ways in which such calls really fail.
#pragma once

#include <sys/socket.h>

#include <cerrno>
#include <functional>
#include <string_view>

#include "base/seams.hpp"
#include "tests/support/forwarding_files.hpp"

namespace slipway::test {

enum class Fault {
  change_refused,      // no space, read-only, no rights: nothing was changed
  change_unsure,       // made, and then its fsync failed
  look_refused,        // an I/O error while reading
  connection_refused,  // to a server or to the pooler's console
  statement_lost,      // the connection broke before the server had it
  answer_lost,         // the server has done it, and nobody heard (F6)
  program_missing,     // it could not be started
  program_unsure,      // started, and an error said
  hour_forth,
  hour_back,
};

enum class Often { once, from_there_on };

// Counts the calls of one kind.
class Fuse {
 public:
  Fuse(Fault fault, Often often, int nth) : fault_(fault), often_(often), nth_(nth) {}

  // True if this call of that kind shall fail.
  bool blows(Fault fault) {
    if (fault != fault_) return false;
    ++calls_;
    return often_ == Often::once ? calls_ == nth_ : calls_ >= nth_;
  }
  bool blown() const { return calls_ >= nth_; }
  bool sticks() const { return often_ == Often::from_there_on; }
  int nth() const { return nth_; }

 private:
  Fault fault_;
  Often often_;
  int nth_;
  int calls_ = 0;
};

class FailingFiles : public ForwardingFiles {
 public:
  explicit FailingFiles(Fuse& fuse) : fuse_(fuse) {}

  Result<std::string> read(const Path& path, std::size_t limit) override {
    if (auto error = look(path)) return std::move(*error);
    return real_files().read(path, limit);
  }
  Done write(const Path& path, std::string_view content, mode_t mode) override {
    return change(path, [&] { return real_files().write(path, content, mode); });
  }
  Done make_folders(const Path& path, mode_t mode) override {
    return change(path, [&] { return real_files().make_folders(path, mode); });
  }
  Done symlink(const Path& target, const Path& link) override {
    return change(link, [&] { return real_files().symlink(target, link); });
  }
  Done rename(const Path& from, const Path& to) override {
    return change(to, [&] { return real_files().rename(from, to); });
  }
  Done remove(const Path& path) override {
    return change(path, [&] { return real_files().remove(path); });
  }
  Done remove_tree(const Path& path) override {
    return change(path, [&] { return real_files().remove_tree(path); });
  }
  Result<std::optional<std::string>> read_link(const Path& path) override {
    if (auto error = look(path)) return std::move(*error);
    return real_files().read_link(path);
  }
  Result<std::optional<std::string>> read_if_there(const Path& path, std::size_t limit) override {
    if (auto error = look(path)) return std::move(*error);
    return real_files().read_if_there(path, limit);
  }
  Result<bool> is_there(const Path& path) override {
    if (auto error = look(path)) return std::move(*error);
    return real_files().is_there(path);
  }
  Result<std::vector<std::string>> list(const Path& folder) override {
    if (auto error = look(folder)) return std::move(*error);
    return real_files().list(folder);
  }

 private:
  std::optional<Error> look(const Path& path) {
    if (!fuse_.blows(Fault::look_refused)) return std::nullopt;
    return errno_error(fmt::format("cannot read {} (injected)", path.string()), EIO);
  }
  Done change(const Path& path, const std::function<Done()>& effect) {
    constexpr int codes[] = {ENOSPC, EIO, EROFS, EACCES};
    if (fuse_.blows(Fault::change_refused))
      return errno_error(fmt::format("cannot change {} (injected)", path.string()), codes[fuse_.nth() % 4]);
    Done done = effect();
    if (done && fuse_.blows(Fault::change_unsure))
      return errno_error(fmt::format("cannot fsync the folder of {} (injected)", path.string()), EIO);
    return done;
  }

  Fuse& fuse_;
};

class FailingProcesses : public Processes {
 public:
  explicit FailingProcesses(Fuse& fuse) : fuse_(fuse) {}

  Result<Finished> run(const Command& command) override {
    if (fuse_.blows(Fault::program_missing)) return missing(command);
    Result<Finished> finished = real_processes().run(command);
    if (fuse_.blows(Fault::program_unsure)) return Finished{128 + 15, true, "(injected)"};
    return finished;
  }
  Result<ProcessId> start_detached(const Command& command, const std::vector<int>& keep_fds) override {
    if (fuse_.blows(Fault::program_missing)) return missing(command);
    Result<ProcessId> started = real_processes().start_detached(command, keep_fds);
    if (fuse_.blows(Fault::program_unsure)) return fail("cannot see {} (injected)", command.argv[0]);
    return started;
  }

 private:
  static Error missing(const Command& command) {
    return fail("cannot find the program {} (injected)", command.argv[0]);
  }

  Fuse& fuse_;
};

// What is lost is really lost: the socket is shut, and every later call on the session fails by itself.
class Cut : public pg::Interference {
 public:
  Cut(Fuse& fuse, PGconn* connection) : fuse_(fuse), connection_(connection) {}

  Done before(std::string_view sql) override { return cut(Fault::statement_lost, sql); }
  Done after(std::string_view sql) override { return cut(Fault::answer_lost, sql); }

 private:
  Done cut(Fault fault, std::string_view sql) {
    if (!fuse_.blows(fault)) return {};
    ::shutdown(PQsocket(connection_), SHUT_RDWR);
    return fail("lost the connection during `{}` (injected)", sql.substr(0, 60)).sqlstate("08006");
  }

  Fuse& fuse_;
  PGconn* connection_;
};

class FailingConnections : public pg::Connections {
 public:
  explicit FailingConnections(Fuse& fuse) : fuse_(fuse) {}

  Result<pg::Session> open(const std::string& conninfo, const pg::Options& options) override {
    if (fuse_.blows(Fault::connection_refused))
      return fail("cannot connect to PostgreSQL: connection refused (injected)").sqlstate("08006");
    pg::Session session = TRY(pg::Session::open(conninfo, options));
    session.interfere(std::make_shared<Cut>(fuse_, session.raw()));
    return session;
  }

 private:
  Fuse& fuse_;
};

// The wall clock jumps by an hour. And once something has failed for good, nobody wants to wait for it in
// real time: a hundredth of each wait is enough.
class JumpingClock : public Clock {
 public:
  explicit JumpingClock(Fuse& fuse) : fuse_(fuse) {}

  WallTime now() override {
    const WallTime time = real_clock().now() + skipped_;
    if (fuse_.blows(Fault::hour_forth)) return time + std::chrono::hours(1);
    if (fuse_.blows(Fault::hour_back)) return time - std::chrono::hours(1);
    return time;
  }
  Millis steady() override { return real_clock().steady() + skipped_; }
  void sleep(Millis duration) override {
    constexpr int times = 100;
    real_clock().sleep(duration);
    if (fuse_.sticks() && fuse_.blown()) skipped_ += duration * times;
  }

 private:
  Fuse& fuse_;
  Millis skipped_{0};
};

// All of them on one fuse.
class FailingSeams {
 public:
  FailingSeams(Fault fault, Often often, int nth) : fuse_(fault, often, nth) {}
  FailingSeams(const FailingSeams&) = delete;

  Seams seams() { return {files_, clock_, processes_, connections_}; }
  bool blown() const { return fuse_.blown(); }

 private:
  Fuse fuse_;
  FailingFiles files_{fuse_};
  JumpingClock clock_{fuse_};
  FailingProcesses processes_{fuse_};
  FailingConnections connections_{fuse_};
};

}  // namespace slipway::test
