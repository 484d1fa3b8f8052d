// plan, prune, pin, unpin, unmark, adopt: looking ahead, and what stays.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "swap/adopt.hpp"
#include "swap/commands/audited.hpp"
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

std::string action_of(Marking marking) {
  switch (marking) {
    case Marking::pin:
      return "snapshot.pin";
    case Marking::unpin:
      return "snapshot.unpin";
    case Marking::unmark:
      return "snapshot.unmark";
  }
  return "snapshot.pin";
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
    const Prune how = dry_run ? Prune::dry_run : Prune::remove;
    const Work work = [&]() -> Result<std::string> {
      const Retention retention = TRY(prune(context, how, actor));
      const json removed = to_json(retention.removed);
      const json data = {{"removed", removed}, {"kept", to_json(retention.kept)}};
      print(stdout, common.json ? data.dump() + "\n" : text(retention, dry_run));
      return removed.empty() ? std::string() : json{{"removed", removed}}.dump();
    };
    if (!dry_run) return audited(context, {actor, "target.prune", "target " + context.target.name}, work);
    const Result<std::string> looked = work();
    return looked ? 0 : complain(looked.error());
  }));
}

int run_mark(const CommonOptions& common, Marking marking, const std::string& id) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    const std::string object = fmt::format("target {}, snapshot {}", context.target.name, id);
    const int code = audited(context, {actor, action_of(marking), object}, [&]() -> Result<std::string> {
      TRY(mark(context, mark_of(marking), id, actor));
      return std::string("{}");
    });
    if (code == 0 && !common.quiet) print(stderr, "swap list\n");
    return code;
  }));
}

int run_adopt(const CommonOptions& common, const Path& folder) {
  return finished(with_target(common, [&](const Context& context, const std::string& actor) {
    const Change change{actor, "target.adopt", "target " + context.target.name};
    const int code = audited(context, change, [&]() -> Result<std::string> {
      const std::string id = TRY(adopt(context, folder, actor));
      const json data = {{"target", context.target.name}, {"live", id}};
      print(stdout, common.json ? data.dump() + "\n" : fmt::format("live is {}, adopted\n", id));
      return data.dump();
    });
    if (code == 0 && !common.quiet && !common.json) print(stderr, "swap status\n");
    return code;
  }));
}

}  // namespace slipway::swap
