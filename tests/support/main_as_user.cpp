// The main of test programs that run managed servers: PostgreSQL refuses root, so root becomes the service
// user first.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>

#include "base/process.hpp"
#include "swap/user.hpp"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  slipway::remember_own_programs();
  if (::geteuid() == 0) {
    const slipway::Result<slipway::swap::User> user = slipway::swap::service_user();
    const slipway::Done became = user ? slipway::swap::become(*user) : slipway::Done(user.error());
    if (!became) {
      std::fprintf(stderr, "%s\n", became.error().text().c_str());
      return 1;
    }
  }
  return RUN_ALL_TESTS();
}
