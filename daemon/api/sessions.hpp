// Sessions on the control database, lent to one request at a time; a broken one is not lent again.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "base/pg/session.hpp"

namespace slipway::api {

class Sessions {
 public:
  explicit Sessions(std::string conninfo) : conninfo_(std::move(conninfo)) {}

  class Loan {
   public:
    Loan(Sessions& owner, pg::Session session) : owner_(&owner), session_(std::move(session)) {}
    Loan(Loan&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), session_(std::move(other.session_)) {}
    Loan& operator=(Loan&&) = delete;
    ~Loan();
    pg::Session& operator*() { return session_; }

   private:
    Sessions* owner_;
    pg::Session session_;
  };

  Result<Loan> borrow();

 private:
  void give_back(pg::Session session);

  const std::string conninfo_;
  std::mutex mutex_;
  std::vector<pg::Session> idle_;
};

}  // namespace slipway::api
