// `slipway jobs`: what ran, what runs, what waits; and steering it.
#include <nlohmann/json.hpp>

#include "daemon/commands/commands.hpp"
#include "daemon/commands/open.hpp"
#include "daemon/commands/output.hpp"
#include "daemon/jobs/events.hpp"
#include "daemon/jobs/listing.hpp"
#include "daemon/jobs/queue.hpp"

namespace slipway::commands {
namespace {

constexpr int listed_jobs = 50;
constexpr int shown_events = 1000;

Result<Opened> opened_for(const CommandLine& line) {
  return open_control(TRY(load_config(line)), swap::Missing::refuse);
}

std::string row_of(const jobs::Job& job) {
  return fmt::format("{:>6}  {:<11}  {:<16}  {:<16}  {:<24}  {}", job.id, name(job.state),
                     job.pipeline.empty() ? job.kind : job.pipeline, job.target, job.created_at, job.actor);
}

// Where the time of an ingest went, in words; empty where its result does not say.
std::string profile_of(const jobs::Job& job) {
  const auto result = nlohmann::json::parse(job.result, nullptr, false);
  if (!result.is_object() || !result.contains("profile")) return "";
  return result["profile"].value("summary", "");
}

std::string details_of(const jobs::Job& job) {
  std::string text = fmt::format("job {}: {} of {} into {}, {}\n  by {} at {}", job.id, job.kind,
                                 job.pipeline, job.target, name(job.state), job.actor, job.created_at);
  if (!job.started_at.empty()) text += "\n  started " + job.started_at;
  if (!job.finished_at.empty()) text += "\n  finished " + job.finished_at;
  if (job.cancel_requested && !final(job.state)) text += "\n  asked to end";
  if (!job.progress.empty()) text += "\n  progress " + job.progress;
  if (!job.result.empty()) text += "\n  result " + job.result;
  if (const std::string profile = profile_of(job); !profile.empty()) text += "\n  " + profile;
  if (!job.error.empty()) text += "\n  error " + job.error;
  return text;
}

// The readable part of an event: a phase, a line, a state; progress is in the job itself.
void print_event(const jobs::Event& event) {
  const auto data = nlohmann::json::parse(event.data, nullptr, false);
  const std::string field = event.kind == "line" ? "text" : event.kind;
  if (event.kind != "progress" && data.is_object())
    print_data(fmt::format("  {}  {:<5}  {}", event.at, event.kind, data.value(field, "")));
}

void print_job(const CommandLine& line, const jobs::Job& job) {
  print_data(line.json ? to_json(job) : row_of(job));
}

}  // namespace

Result<int> list_jobs(const CommandLine& line) {
  const Opened opened = TRY(opened_for(line));
  pg::Session control = TRY(control_session(opened));
  jobs::Filter newest;
  newest.limit = listed_jobs;
  const jobs::Page page = TRY(jobs::list_jobs(control, newest));
  if (line.json) {
    std::string list;
    for (const jobs::Job& job : page.jobs) list += (list.empty() ? "" : ",") + to_json(job);
    print_data("[" + list + "]");
    return 0;
  }
  if (page.jobs.empty()) say(line, "There are no jobs yet.");
  for (const jobs::Job& job : page.jobs) print_job(line, job);
  if (page.next != 0) say(line, fmt::format("(only the newest {} are shown)", listed_jobs));
  say_next(line, page.jobs.empty() ? "slipway ingest" : fmt::format("slipway jobs show {}", page.jobs[0].id));
  return 0;
}

Result<int> show_job(const CommandLine& line) {
  const Opened opened = TRY(opened_for(line));
  pg::Session control = TRY(control_session(opened));
  const jobs::Job job = TRY(jobs::find_job(control, line.id));
  print_data(line.json ? to_json(job) : details_of(job));
  if (line.json) return 0;
  for (const jobs::Event& event : TRY(jobs::events_after(control, job.id, 0, shown_events)))
    print_event(event);
  return 0;
}

Result<int> cancel_job(const CommandLine& line) {
  const Opened opened = TRY(opened_for(line));
  pg::Session control = TRY(control_session(opened));
  const jobs::Job job = TRY(jobs::cancel(control, line.id, opened.actor, "command"));
  print_job(line, job);
  say_next(line, fmt::format("slipway jobs show {}", job.id));
  return 0;
}

Result<int> retry_job(const CommandLine& line) {
  const Opened opened = TRY(opened_for(line));
  pg::Session control = TRY(control_session(opened));
  pg::Transaction transaction = TRY(pg::Transaction::begin(control));
  const jobs::Entry entry = TRY(jobs::retry(control, line.id, opened.actor, "command"));
  TRY(transaction.commit());
  if (!entry.accepted) return jobs::held_by(entry.job);
  print_job(line, entry.job);
  say(line, "It is queued: `slipway serve` runs it.");
  say_next(line, fmt::format("slipway jobs show {}", entry.job.id));
  return 0;
}

}  // namespace slipway::commands
