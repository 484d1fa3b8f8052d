// Trying again what PostgreSQL refused only for the moment: bounded in tries and in time, with pauses that
// grow and are never in step with anybody else's.
#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace slipway::pg {

struct Patience {
  int tries = 8;  // in all
  Millis first_pause{100};
  Millis longest_pause{5'000};
  Millis limit{60'000};  // no further try is begun after that
};

// Whether an act may be repeated after a lost connection, when nobody knows if it went through.
enum class Repeatable { no, yes };

bool worth_another_try(const Error& error, Repeatable repeatable);
// Before the try with that number (2 is the second): doubled each time, and of that between half and all, as
// `share` (0 to 1) says.
Millis pause_before(int number, const Patience& patience, double share);
double random_share();

// The first result that is not worth another try, or the last one. The act is a whole transaction, from its
// BEGIN on.
template <class Act>
auto retrying(Clock& clock, const Patience& patience, Repeatable repeatable, Act&& act) -> decltype(act()) {
  const Millis deadline = clock.steady() + patience.limit;
  for (int number = 1;; ++number) {
    auto result = act();
    if (result || number >= patience.tries || !worth_another_try(result.error(), repeatable)) return result;
    const Millis pause = pause_before(number + 1, patience, random_share());
    if (clock.steady() + pause > deadline) return result;
    clock.sleep(pause);
  }
}

}  // namespace slipway::pg
