#include "swap/promote/look_ahead.hpp"

#include "swap/quiesce/quiescers.hpp"
#include "swap/user_command.hpp"

namespace slipway::swap {
namespace {

template <class T>
void note(std::vector<Error>& errors, Result<T> result, const std::string& what) {
  if (!result) errors.push_back(fail("{}", what).because(std::move(result).error()));
}

Done ready_for_one(Engine& engine) {
  const Journal journal = TRY(engine.read_journal());
  if (journal.attempt && journal.attempt->state == Step::needs_operator)
    return fail("the last promotion needs an operator").next("swap recover");
  return {};
}

void look_at_hooks(const config::Target& target, std::vector<Error>& errors) {
  for (const auto* hooks : {&target.hooks.before, &target.hooks.after, &target.hooks.failed})
    for (const config::Hook& hook : *hooks)
      note(errors, find_user_command({hook.run, target.folder, {}}), "a hook cannot be run");
}

}  // namespace

std::vector<Error> look_ahead(const Context& context, Engine& engine) {
  std::vector<Error> errors;
  note(errors, ready_for_one(engine), "target " + context.target.name + " takes no promotion");
  note(errors, engine.front_door(), "what is promoted could not be verified");
  for (const std::unique_ptr<Quiescer>& one : quiescers_of(context))
    note(errors, one->look(), one->name() + " cannot be paused");
  look_at_hooks(context.target, errors);
  return errors;
}

}  // namespace slipway::swap
