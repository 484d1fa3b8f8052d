#include "swap/commands/audited.hpp"

#include <cstdio>

#include "swap/commands/common.hpp"

namespace slipway::swap {
namespace {

std::string outcome_of(const Result<std::string>& done) {
  if (done) return "done";
  const Kind kind = done.error().kind();
  return kind == Kind::refused || kind == Kind::usage ? "refused" : kind == Kind::busy ? "busy" : "failed";
}

}  // namespace

int audited(const Context& context, Change change, const Work& work) {
  Result<KeptChange> kept = KeptChange::begin(context.seams, context.home, std::move(change));
  if (!kept) return complain(kept.error());
  const Result<std::string> done = work();
  const bool nothing = done && done->empty();
  const Done ended = nothing ? kept->forget() : kept->end(outcome_of(done), done ? *done : "{}");
  // What was done stays done; the record that it was begun is on disk.
  if (!ended) print(stderr, "swap: the audit does not know how this ended: " + ended.error().text() + "\n");
  std::fflush(stdout);
  if (!nothing) enter_changes_at_end(context.seams, context.home);
  return done ? 0 : complain(done.error());
}

}  // namespace slipway::swap
