// GET /api/jobs/{id}/events: what a job says, as server-sent events that go on after Last-Event-ID.
#include <charconv>
#include <nlohmann/json.hpp>

#include "daemon/api/handlers.hpp"
#include "daemon/api/job_answers.hpp"
#include "daemon/http/problem.hpp"
#include "daemon/jobs/events.hpp"
#include "daemon/jobs/listing.hpp"

namespace slipway::api {
namespace {

constexpr int events_a_piece = 200;
constexpr Millis heartbeat_interval{15'000};
constexpr Millis patience{60'000};  // with a control database that is away

// JSON has no line breaks of its own, so that one data line is enough.
std::string as_text(const jobs::Event& event) {
  auto data = nlohmann::ordered_json::parse(event.data, nullptr, false);
  data["at"] = event.at;
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.id, event.kind, data.dump());
}

class JobEvents : public http::Stream {
 public:
  JobEvents(Sessions& sessions, long long job, long long after)
      : sessions_(sessions), job_(job), after_(after), heard_(real_clock().steady()), sent_(heard_) {}

  http::Piece next() override {
    http::Piece piece;
    const Millis now = real_clock().steady();
    if (read(piece))
      heard_ = now;
    else if (now - heard_ > patience)
      return {"", true};  // the client comes back by itself, with the last id it has
    if (piece.bytes.empty() && now - sent_ >= heartbeat_interval) piece.bytes = ": still here\n\n";
    if (!piece.bytes.empty()) sent_ = now;
    return piece;
  }

 private:
  Done read(http::Piece& piece) {
    Sessions::Loan loan = TRY(sessions_.borrow());
    // The state first: an event that comes after it is read with the next piece.
    const jobs::Job job = TRY(jobs::find_job(*loan, job_));
    const auto events = TRY(jobs::events_after(*loan, job_, after_, events_a_piece));
    for (const jobs::Event& event : events) {
      piece.bytes += as_text(event);
      after_ = event.id;
    }
    piece.last = final(job.state) && events.size() < events_a_piece;
    return {};
  }

  Sessions& sessions_;
  const long long job_;
  long long after_;
  Millis heard_;
  Millis sent_;
};

// Nothing for what is no number; 0 where there is no such header.
std::optional<long long> last_event(const http::Request& request) {
  const std::string_view text = request.header("last-event-id");
  long long id = 0;
  if (text.empty()) return id;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id < 0) return std::nullopt;
  return id;
}

}  // namespace

Result<http::Response> job_events(Call& call) {
  const jobs::Job job = TRY(jobs::find_job(*call.session, TRY(job_id(call))));
  const auto after = last_event(call.request);
  if (!after) return http::problem(400, "Last-Event-ID must be the number of an event");
  http::Response response;
  // 204 is how a browser is told that there is nothing to come back for.
  if (final(job.state) && TRY(jobs::events_after(*call.session, job.id, *after, 1)).empty()) {
    response.status = 204;
    return response;
  }
  response.content_type = "text/event-stream";
  response.body = "retry: 2000\n\n";
  response.stream = std::make_shared<JobEvents>(call.app.sessions, job.id, *after);
  return response;
}

}  // namespace slipway::api
