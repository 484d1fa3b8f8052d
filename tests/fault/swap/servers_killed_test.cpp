// PgBouncer, live's server or the candidate's dies (SIGKILL) or hangs (SIGSTOP) at each step of a promotion,
// while clients read (F5, F7): nobody ever sees a mixture, and nobody stays held.
#include <poll.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "tests/fault/swap/trial.hpp"
#include "tests/support/acting_files.hpp"

namespace slipway {
namespace {

using test::ActingFiles;
using test::Ending;
using test::Trial;

enum class Victim { pooler, live, candidate };
constexpr const char* victim_names[] = {"the pooler", "live's server", "the candidate's server"};

struct Blow {
  Victim victim;
  int signal;
  std::string step;
};

std::optional<ProcessId> find(const Trial& trial, Victim victim, const std::string& from,
                              const std::string& to) {
  if (victim == Victim::pooler)
    return test::must(swap::running(swap::pooler_of(trial.harbour.home(), trial.harbour.target())));
  const std::string& id = victim == Victim::live ? from : to;
  return test::must(swap::find_server(real_seams(), trial.harbour.volume().cluster(id)));
}

// Clients in a process of their own: they connect again whenever they are thrown out, and count what they
// saw.
class Readers {
 public:
  explicit Readers(const test::Harbour& harbour) {
    if (::pipe2(stop_, O_CLOEXEC) != 0 || ::pipe2(result_, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    child_ = ::fork();
    if (child_ != 0) return;
    ::close(stop_[1]);
    std::atomic<bool> stop = false;
    long counts[2] = {0, 0};  // whole answers, mixtures
    std::atomic<long> whole = 0, mixed = 0;
    {
      std::vector<std::jthread> clients;
      for (int client = 0; client < 4; ++client)
        clients.emplace_back([&] {
          while (!stop) read_until_thrown_out(harbour, stop, whole, mixed);
        });
      pollfd wait{stop_[0], POLLIN, 0};
      ::poll(&wait, 1, 600'000);
      stop = true;
    }
    counts[0] = whole, counts[1] = mixed;
    (void)!::write(result_[1], counts, sizeof counts);
    ::_exit(0);
  }
  ~Readers() {
    ::close(stop_[0]);
    ::close(stop_[1]);
    ::close(result_[1]);
    long counts[2] = {0, 0};
    EXPECT_EQ(::read(result_[0], counts, sizeof counts), static_cast<ssize_t>(sizeof counts));
    EXPECT_GT(counts[0], 0) << "nobody read anything";
    EXPECT_EQ(counts[1], 0) << "somebody saw a mixture";
    ::close(result_[0]);
    ::waitpid(child_, nullptr, 0);
  }
  Readers(const Readers&) = delete;

 private:
  static void read_until_thrown_out(const test::Harbour& harbour, const std::atomic<bool>& stop,
                                    std::atomic<long>& whole, std::atomic<long>& mixed) {
    Result<pg::Session> session =
        pg::Session::open(harbour.door(), {.connect_limit = Seconds(5), .call_limit = Millis(5000)});
    if (!session) real_clock().sleep(Millis(50));
    while (session && !stop) {
      const auto rows = session->query("select count(distinct snapshot), count(*) from cargo");
      if (!rows) return;
      ++(rows->text(0, 0) == "1" && rows->text(0, 1) == "1000" ? whole : mixed);
      real_clock().sleep(Millis(2));
    }
  }

  int stop_[2] = {-1, -1};
  int result_[2] = {-1, -1};
  pid_t child_ = -1;
};

void strike(const Trial& trial, const Blow& blow) {
  const std::string from = trial.harbour.live(), to = trial.other();
  const Path note = trial.harbour.home().path / "victim";
  test::must(real_files().remove(note));
  Readers readers(trial.harbour);
  const Ending ending = trial.apart([&] {
    ActingFiles files(test::begun(blow.step), [&] {
      const std::optional<ProcessId> victim = find(trial, blow.victim, from, to);
      if (!victim) return;
      test::must(real_files().write(note, fmt::format("{} {}", victim->pid, victim->start_ticks)));
      test::must(send_signal(*victim, blow.signal));
    });
    const swap::Context context{
        {files, real_clock(), real_processes()}, trial.harbour.home(), trial.harbour.target()};
    return test::said(swap::promote(context, test::order_to(to)));
  });
  SCOPED_TRACE(fmt::format("{} {} at {}: {}: {}", blow.signal == SIGKILL ? "SIGKILL of" : "SIGSTOP of",
                           victim_names[static_cast<int>(blow.victim)], blow.step, ending.outcome,
                           ending.reason));
  trial.wait_for_watchdog();
  trial.expect_true(ending, from, to);
  if (const auto text = test::must(real_files().read_if_there(note))) {
    ProcessId victim;
    std::sscanf(text->c_str(), "%d %lu", &victim.pid, &victim.start_ticks);
    test::must(send_signal(victim, SIGCONT));
  }
  // Whoever keeps production up starts what was killed, as `slipway serve` does.
  test::must(swap::servers_up(real_seams(), trial.harbour.config(), trial.harbour.home()));
  trial.expect_served();
  trial.settle_and_go_on();
  if (testing::Test::HasFailure()) std::printf("%s\n", trial.complaints().c_str());
}

TEST(ServersKilled, AtEachStep) {
  std::mt19937_64 random = test::seeded();
  const Trial trial;
  std::vector<Blow> blows;
  for (const std::string& step : trial.steps(trial.other()))
    for (const Victim victim : {Victim::pooler, Victim::live, Victim::candidate})
      for (const int signal : {SIGKILL, SIGSTOP}) blows.push_back({victim, signal, step});
  std::shuffle(blows.begin(), blows.end(), random);
  if (!test::long_run()) blows.resize(8);
  for (const Blow& blow : blows) {
    strike(trial, blow);
    if (HasFailure()) return;
  }
  std::printf("%zu faults injected\n", blows.size());
}

}  // namespace
}  // namespace slipway
