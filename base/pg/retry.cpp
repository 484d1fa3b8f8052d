// What is tried again, and when.
#include "base/pg/retry.hpp"

#include <algorithm>
#include <random>

#include "base/pg/sqlstate.hpp"

namespace slipway::pg {

bool worth_another_try(const Error& error, Repeatable repeatable) {
  return worth_retrying(error.sqlstate()) ||
         (repeatable == Repeatable::yes && lost_connection(error.sqlstate()));
}

Millis pause_before(int number, const Patience& patience, double share) {
  Millis whole = patience.first_pause;
  for (int i = 2; i < number && whole < patience.longest_pause; ++i) whole *= 2;
  whole = std::min(whole, patience.longest_pause);
  return Millis(whole.count() / 2 + static_cast<Millis::rep>(share * static_cast<double>(whole.count() / 2)));
}

double random_share() {
  static thread_local std::mt19937 random{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(random);
}

}  // namespace slipway::pg
