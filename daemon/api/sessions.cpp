#include "daemon/api/sessions.hpp"

namespace slipway::api {
namespace {

// Less than the server's deadline for an answer, and enough for every statement of the API.
constexpr Millis call_limit{15'000};

bool usable(pg::Session& session) {
  return PQstatus(session.raw()) == CONNECTION_OK && !session.in_transaction();
}

}  // namespace

Sessions::Loan::~Loan() {
  if (owner_) owner_->give_back(std::move(session_));
}

Result<Sessions::Loan> Sessions::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      pg::Session session = std::move(idle_.back());
      idle_.pop_back();
      return Loan(*this, std::move(session));
    }
  }
  pg::Options options;
  options.connect_limit = Seconds(5);
  options.call_limit = call_limit;
  options.application_name = "slipway api";
  return Loan(*this, TRY(pg::Session::open(conninfo_, options)));
}

// Where one connection was lost the server was restarted, most likely: then the others are lost too.
void Sessions::give_back(pg::Session session) {
  const std::lock_guard lock(mutex_);
  if (usable(session))
    idle_.push_back(std::move(session));
  else
    idle_.clear();
}

}  // namespace slipway::api
