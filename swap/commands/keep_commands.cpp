// plan, prune, pin, unpin, unmark, adopt: looking ahead, and what stays.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "swap/adopt.hpp"
#include "swap/commands/common.hpp"
#include "swap/commands/print.hpp"
#include "swap/promote/preview.hpp"
#include "swap/retention/prune.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

json to_json(const std::vector<Verdict>& verdicts) {
  json out = json::array();
  for (const Verdict& one : verdicts) out.push_back({{"id", one.id}, {"why", one.why}});
  return out;
}

std::string text(const Retention& retention, bool dry_run) {
  std::string out;
  for (const Verdict& one : retention.removed)
    out += fmt::format("{} {}  {}\n", dry_run ? "would go" : "removed ", one.id, one.why);
  for (const Verdict& one : retention.kept) out += fmt::format("kept     {}  {}\n", one.id, one.why);
  return out.empty() ? "no snapshots yet\n" : out;
}

Mark mark_of(Marking marking) {
  switch (marking) {
    case Marking::pin:
      return Mark::pin;
    case Marking::unpin:
      return Mark::unpin;
    case Marking::unmark:
      return Mark::unmark;
  }
  return Mark::pin;
}

}  // namespace

int run_plan(const CommonOptions& common, const PromoteOptions& options) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    const Result<json> plan = preview(context, order_of(options, false, actor));
    if (!plan) return complain(plan.error());
    print(stdout, common.json ? plan->dump() + "\n" : plan_text(*plan));
    if (!may_go_on(*plan)) return exit_code(Kind::refused);
    if (!common.quiet && !common.json && !plan->at("to").is_null()) print(stderr, "swap promote\n");
    return 0;
  }));
}

int run_prune(const CommonOptions& common, bool dry_run) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    const Result<Retention> retention = prune(context, dry_run ? Prune::dry_run : Prune::remove, actor);
    if (!retention) return complain(retention.error());
    const json data = {{"removed", to_json(retention->removed)}, {"kept", to_json(retention->kept)}};
    print(stdout, common.json ? data.dump() + "\n" : text(*retention, dry_run));
    return 0;
  }));
}

int run_mark(const CommonOptions& common, Marking marking, const std::string& id) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    Done marked = mark(context, mark_of(marking), id, actor);
    if (!marked) return complain(marked.error());
    if (!common.quiet) print(stderr, "swap list\n");
    return 0;
  }));
}

int run_adopt(const CommonOptions& common, const Path& folder) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    const Result<std::string> id = adopt(context, folder, actor);
    if (!id) return complain(id.error());
    const json data = {{"target", context.target.name}, {"live", *id}};
    print(stdout, common.json ? data.dump() + "\n" : fmt::format("live is {}, adopted\n", *id));
    if (!common.quiet && !common.json) print(stderr, "swap status\n");
    return 0;
  }));
}

}  // namespace slipway::swap
