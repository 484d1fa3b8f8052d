// Who makes scopes for a process that shall outlive its starter's unit, from what is to be seen.
#include "base/scope.hpp"

#include <gtest/gtest.h>

namespace slipway {
namespace {

ScopeSigns with_systemd(uid_t uid) {
  ScopeSigns signs;
  signs.systemd_runs = true;
  signs.uid = uid;
  signs.own_cgroup = "0::/system.slice/slipway.service\n";
  return signs;
}

TEST(ScopeMaker, IsNobodyWhereSystemdDoesNotRun) {
  ScopeSigns signs = with_systemd(0);
  signs.systemd_runs = false;
  EXPECT_EQ(who_makes_scopes(signs), ScopeMaker::nobody);
}

TEST(ScopeMaker, IsTheSystemManagerForRoot) {
  EXPECT_EQ(who_makes_scopes(with_systemd(0)), ScopeMaker::system_manager);
}

TEST(ScopeMaker, IsTheKeeperForThoseWhoWereRoot) {
  ScopeSigns signs = with_systemd(998);
  signs.keeper_listens = true;
  EXPECT_EQ(who_makes_scopes(signs), ScopeMaker::keeper);
}

TEST(ScopeMaker, IsNobodyForAServiceUserOfItsUnit) {
  EXPECT_EQ(who_makes_scopes(with_systemd(998)), ScopeMaker::nobody);
}

TEST(ScopeMaker, IsTheUserManagerBelowItself) {
  ScopeSigns signs = with_systemd(1000);
  signs.user_manager_runs = true;
  signs.own_cgroup = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/slipway.service\n";
  EXPECT_EQ(who_makes_scopes(signs), ScopeMaker::user_manager);
  signs.own_cgroup = "0::/user.slice/user-100.slice/user@100.service/app.slice/slipway.service\n";
  EXPECT_EQ(who_makes_scopes(signs), ScopeMaker::nobody) << "another user's";
}

TEST(ScopeMaker, IsTheUserManagerOfALoginOnlyWhereItOutlivesTheLogin) {
  ScopeSigns signs = with_systemd(1000);
  signs.user_manager_runs = true;
  signs.own_cgroup = "0::/user.slice/user-1000.slice/session-3.scope\n";
  EXPECT_EQ(who_makes_scopes(signs), ScopeMaker::nobody);
  signs.lingers = true;
  EXPECT_EQ(who_makes_scopes(signs), ScopeMaker::user_manager);
}

}  // namespace
}  // namespace slipway
