// A harbour with two snapshots between which a fault test promotes to and fro, each time in a process of its
// own; and what must hold afterwards, whatever happened to it.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "swap/promote/preview.hpp"
#include "swap/retention/prune.hpp"
#include "tests/support/harbour.hpp"

namespace slipway::test {

inline bool long_run() {
  const char* given = std::getenv("SLIPWAY_TESTS_LONG");
  return given && *given;
}

// What a child process said of its work; nothing of it where it was killed.
struct Ending {
  bool killed = false;
  std::string outcome;
  std::string reason;
  bool reached = false;  // the fault that was to happen did happen
};

class Trial {
 public:
  explicit Trial(const std::string& settings = "",
                 const std::string& limits = ", deadline: 20s, verify_timeout: 5s")
      : harbour(limits + settings) {
    one = harbour.build();
    const swap::Receipt first = harbour.promote();
    if (first.outcome != swap::Outcome::promoted) throw std::runtime_error(first.reason);
    two = harbour.build();
  }

  std::string other() const { return harbour.live() == one ? two : one; }
  swap::Journal journal() const { return must(swap::engine_of(harbour.context())->read_journal()); }

  // In a child, whose complaints go to a file that is shown only where something fails.
  Ending apart(const std::function<nlohmann::json()>& work) const;
  // Nobody is at work on the target any more: the child is over, and its watchdog too.
  void wait_for_watchdog() const;
  // Nobody is held, and nobody sees a mixture, whether or not an operator has been at it.
  void expect_served() const;
  // After wait_for_watchdog() and whatever recovery there was: production is one whole snapshot, clients get
  // it, and nothing is under way.
  void expect_whole() const;
  // The receipt's outcome is the truth.
  void expect_true(const Ending& ending, const std::string& from, const std::string& to) const;
  // What an operator would do, with a world that works again; and then the next promotion.
  void settle_and_go_on() const;
  std::string complaints() const;
  // The steps of a promotion, as its plan names them.
  std::vector<std::string> steps(const std::string& to) const;

  Harbour harbour;
  std::string one, two;

 private:
  Path complaints_file() const { return harbour.home().path / "complaints"; }
};

inline nlohmann::json said(const swap::Receipt& receipt) {
  return {{"outcome", std::string(swap::name(receipt.outcome))}, {"reason", receipt.reason}};
}

inline Ending Trial::apart(const std::function<nlohmann::json()>& work) const {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const Path log = complaints_file();
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0640);
    ::dup2(file, 2);
    const std::string text = work().dump();
    (void)!::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return {true, "", "", true};
  const nlohmann::json body = nlohmann::json::parse(text);
  return {false, body.at("outcome"), body.at("reason"), body.value("reached", false)};
}

inline std::string Trial::complaints() const {
  const Result<std::string> text = real_files().read(complaints_file());
  return text ? *text : std::string();
}

inline std::vector<std::string> Trial::steps(const std::string& to) const {
  swap::Order order;
  order.wish.id = to;
  return must(swap::preview(harbour.context(), order)).at("steps");
}

// Some of the many cases, by a seed that is printed; all of them in a long run.
inline std::mt19937_64 seeded() {
  const char* given = std::getenv("SLIPWAY_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("SLIPWAY_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return std::mt19937_64(seed);
}

inline swap::Order order_to(const std::string& id) {
  swap::Order order;
  order.wish.id = id;
  order.allow = {"rows", "bytes"};
  order.actor = "test";
  return order;
}

inline void Trial::wait_for_watchdog() const {
  const Millis deadline = real_clock().steady() + Millis(120'000);
  while (real_clock().steady() < deadline) {
    const swap::Journal now = journal();
    const bool watched = now.attempt && alive(now.attempt->lease.watchdog);
    if (!watched) return;
    real_clock().sleep(Millis(10));
  }
  ADD_FAILURE() << "the watchdog did not come to an end";
}

inline void Trial::expect_served() const {
  EXPECT_EQ(harbour.seen(), harbour.live());
}

inline void Trial::expect_whole() const {
  const std::string live = harbour.live();
  EXPECT_TRUE(live == one || live == two) << live;
  expect_served();
  EXPECT_FALSE(journal().under_way());
  const swap::Journal now = journal();
  const auto record = now.snapshots.find(live);
  EXPECT_TRUE(record == now.snapshots.end() || !record->second.bad) << "what is live is marked bad";
  const std::string idle = live == one ? two : one;
  EXPECT_FALSE(must(swap::find_server(real_seams(), harbour.volume().cluster(idle))))
      << "the other one still runs";
}

inline void Trial::expect_true(const Ending& ending, const std::string& from, const std::string& to) const {
  const std::string live = harbour.live();
  const std::string& outcome = ending.outcome;
  if (outcome == "promoted") {
    EXPECT_EQ(live, to) << outcome;
  } else if (outcome != "needs_operator" && !ending.killed) {
    EXPECT_EQ(live, from) << outcome << ": " << ending.reason;
  }
}

inline void Trial::settle_and_go_on() const {
  const auto recovered = swap::recover(harbour.context(), "test");
  EXPECT_TRUE(recovered) << recovered.error().text();
  if (recovered && *recovered) {
    EXPECT_NE((*recovered)->outcome, swap::Outcome::needs_operator) << (*recovered)->reason;
  }
  expect_whole();
  const std::string to = other();
  // It may be bad by now, and for a reason that is over.
  const auto records = journal().snapshots;
  const auto record = records.find(to);
  if (record != records.end() && record->second.bad)
    must(swap::mark(harbour.context(), swap::Mark::unmark, to, "test"));
  const swap::Receipt next = harbour.promote(to);
  EXPECT_EQ(next.outcome, swap::Outcome::promoted) << next.reason;
  EXPECT_EQ(harbour.seen(), to);
}

}  // namespace slipway::test
