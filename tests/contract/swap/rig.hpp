// What the contract suite needs of every kind of quiescer: the thing that it holds, and how to tell.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/seams.hpp"
#include "swap/quiesce/quiescer.hpp"

namespace slipway::test {

class Rig {
 public:
  virtual ~Rig() = default;

  // A new object each time, as another process would make it.
  virtual std::unique_ptr<swap::Quiescer> quiescer() = 0;
  // One that leads to something that is not there.
  virtual std::unique_ptr<swap::Quiescer> missing() = 0;
  // By a real client, or the real service: it waits, or is gone.
  virtual bool is_held() = 0;
  // From now on it cannot be paused within a second or two.
  virtual void obstruct() = 0;
};

using MakeRig = std::unique_ptr<Rig> (*)();
std::unique_ptr<Rig> managed_pooler_rig();
std::unique_ptr<Rig> pgbouncer_rig();
std::unique_ptr<Rig> two_databases_rig();
std::unique_ptr<Rig> systemd_rig();
std::unique_ptr<Rig> kubernetes_rig();
std::unique_ptr<Rig> http_rig();
std::unique_ptr<Rig> command_rig();

}  // namespace slipway::test
