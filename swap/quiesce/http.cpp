#include "swap/quiesce/http.hpp"

#include "base/excerpt.hpp"
#include "base/http_client.hpp"
#include "swap/quiesce/time_left.hpp"

namespace slipway::swap {
namespace {

constexpr Millis look_limit{10'000};

// "https://api.example.org:8443", of a URL.
std::string server_part(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin);
}

class HttpPair : public Quiescer {
 public:
  HttpPair(const Seams& seams, config::HttpQuiesce step) : seams_(seams), step_(std::move(step)) {}

  std::string name() const override { return "http:" + server_part(step_.pause.url); }

  Result<std::vector<std::string>> look() override {
    for (const config::HttpRequest* request : {&step_.pause, &step_.resume}) {
      TRY(web::reachable(request->url, look_limit));
      if (request->bearer.given()) TRY(request->bearer.read());
    }
    return std::vector<std::string>();
  }

  // What it needs to know it keeps itself.
  Result<std::string> remember() override { return std::string(); }

  Done pause(const std::string& memo, Millis limit) override {
    const TimeLeft time(seams_.clock, limit - reserve_of(limit));
    // Whom we cannot even reach holds nothing.
    TRY(web::reachable(step_.pause.url, time.left()));
    Done paused = ask(step_.pause, time.left());
    if (paused) return {};
    Done resumed = resume(memo, reserve_of(limit));
    if (resumed) return paused;
    return error(Kind::needs_operator, "the service may still be held: {}", resumed.error().summary())
        .because(std::move(paused).error())
        .next(fmt::format("When the cause is gone: {} {}", step_.resume.method, step_.resume.url));
  }

  Done resume(const std::string& memo, Millis limit) override {
    (void)memo;
    return ask(step_.resume, limit);
  }

 private:
  static Done ask(const config::HttpRequest& asked, Millis limit) {
    web::Request request;
    request.method = asked.method;
    request.url = asked.url;
    if (asked.bearer.given()) request.bearer = TRY(asked.bearer.read());
    const web::Response response = TRY(web::send(request, limit));
    if (response.good()) return {};
    return fail("{} {} answered {}: {}", asked.method, asked.url, response.status,
                beginning_of(response.body))
        .next("Expected is a status of 200 to 299.");
  }

  Seams seams_;
  config::HttpQuiesce step_;
};

}  // namespace

std::unique_ptr<Quiescer> http_quiescer(const Seams& seams, const config::HttpQuiesce& step) {
  return std::make_unique<HttpPair>(seams, step);
}

}  // namespace slipway::swap
