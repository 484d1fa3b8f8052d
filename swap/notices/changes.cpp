#include "swap/notices/changes.hpp"

#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "migrations/audit.hpp"
#include "swap/notices/tell.hpp"

namespace slipway::swap {

using nlohmann::json;

namespace {

constexpr std::size_t most_at_once = 1000;

std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// Whoever began it may still be at work.
bool still_at_work(const json& kept) {
  if (text(kept, "outcome") != "begun" || text(kept, "boot") != boot_id()) return false;
  ProcessId process;
  process.pid = kept.value("pid", 0);
  process.start_ticks = kept.value("ticks", 0ULL);
  return process.pid > 0 && alive(process);
}

// Nothing where it waits; an error where it cannot be read.
Result<std::optional<audit::Record>> record_of(const std::string& content, const Path& file) {
  const json kept = json::parse(content, nullptr, false);
  if (!kept.is_object()) return fail("{} is no record of a change", file.string());
  if (still_at_work(kept)) return std::optional<audit::Record>();
  const bool cut_short = text(kept, "outcome") == "begun";
  audit::Record record{text(kept, "actor"),
                       text(kept, "action"),
                       text(kept, "object"),
                       "command",
                       cut_short ? "unknown" : text(kept, "outcome"),
                       text(kept, "detail")};
  record.key = text(kept, "key");
  record.at = text(kept, "at");
  return std::optional<audit::Record>(std::move(record));
}

Done enter_one(pg::Session& control, const Seams& seams, const Path& file) {
  const std::optional<std::string> content = TRY(seams.files.read_if_there(file));
  if (!content) return {};  // somebody else has entered it
  const std::optional<audit::Record> record = TRY(record_of(*content, file));
  if (!record) return {};
  TRY(audit::record(control, *record));
  return seams.files.remove(file);
}

}  // namespace

Path changes_folder(const Home& home) {
  return home.path / "changes";
}

Result<KeptChange> KeptChange::begin(const Seams& seams, const Home& home, Change change) {
  const Path folder = changes_folder(home);
  TRY(seams.files.make_folders(folder, 0700));
  KeptChange kept(seams, folder / (new_uuid() + ".json"), std::move(change));
  TRY(kept.keep("begun", "{}"));
  return kept;
}

Done KeptChange::keep(const std::string& outcome, const std::string& detail) {
  const ProcessId self = this_process();
  const json kept{{"key", file_.stem().string()},
                  {"actor", change_.actor},
                  {"action", change_.action},
                  {"object", change_.object},
                  {"at", iso_time(seams_.clock.now())},
                  {"outcome", outcome},
                  {"detail", detail},
                  {"boot", boot_id()},
                  {"pid", self.pid},
                  {"ticks", self.start_ticks}};
  return seams_.files.write(file_, kept.dump(-1, ' ', false, json::error_handler_t::replace), 0600);
}

Done KeptChange::end(const std::string& outcome, const std::string& detail) {
  return keep(outcome, detail);
}

Done KeptChange::forget() {
  return seams_.files.remove(file_);
}

Done enter_changes(pg::Session& control, const Seams& seams, const Home& home) {
  const Path folder = changes_folder(home);
  std::size_t count = 0;
  Done entered;
  for (const std::string& name : TRY(seams.files.list(folder))) {
    if (!name.ends_with(".json") || ++count > most_at_once) continue;
    // One that cannot be entered holds up none of the others.
    Done one = enter_one(control, seams, folder / name);
    if (!one) entered = std::move(one);
  }
  return entered;
}

void enter_changes_at_end(const Seams& seams, const Home& home) {
  const auto entered = [&]() -> Done {
    pg::Session control = TRY(reach_control(seams, home));
    return enter_changes(control, seams, home);
  };
  if (const Done done = entered(); !done)
    log::info("the audit has this change when the control database is back: {}", done.error().summary());
}

}  // namespace slipway::swap
