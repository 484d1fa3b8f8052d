#include "daemon/http/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <ctime>

#include "base/log.hpp"
#include "daemon/http/head_check.hpp"
#include "daemon/http/problem.hpp"
#include "daemon/http/proxies.hpp"
#include "daemon/http/target.hpp"

namespace slipway::http {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t most_lingering_bytes = 4 << 20;
constexpr std::size_t read_ahead_bytes = 64 << 10;

// Runs on the pool: whatever goes wrong in there is an answer too.
asio::awaitable<Response> call_handler(Handler* handler, Request request) {
  try {
    co_return handler->handle(request);
  } catch (const std::exception& problem) {
    log::error("{} {}: {}", request.method, request.target, problem.what());
  }
  co_return problem(500, "something went wrong here; the log says what");
}

asio::awaitable<Piece> call_stream(std::shared_ptr<Stream> stream) {
  try {
    co_return stream->next();
  } catch (const std::exception& problem) {
    log::error("a stream has ended: {}", problem.what());
  }
  co_return Piece{"", true};
}

std::string date_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[40];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
  return text;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, std::shared_ptr<asio::ssl::context> tls, Shared& shared,
                       std::string remote)
    : transport_(std::move(socket), std::move(tls)),
      pause_(transport_.get_executor()),
      deadline_(transport_.get_executor()),
      shared_(shared),
      remote_(std::move(remote)) {
  shared_.open.insert(this);
  ++shared_.per_address[remote_];
}

Connection::~Connection() {
  shared_.open.erase(this);
  if (--shared_.per_address[remote_] == 0) shared_.per_address.erase(remote_);
}

void Connection::set_deadline(Millis from_now) {
  expired_ = false;
  deadline_.expires_after(from_now);
  enforce_deadline();
}

void Connection::enforce_deadline() {
  deadline_.async_wait(
      [this, alive = std::weak_ptr<bool>(alive_)](const boost::system::error_code& replaced) {
        if (replaced || alive.expired()) return;
        expired_ = true;
        transport_.cancel();
        // A read that has just come back starts another one: that has to end as well.
        deadline_.expires_after(Millis(100));
        enforce_deadline();
      });
}

asio::awaitable<bool> Connection::begin() {
  set_deadline(shared_.limits.head_deadline);
  co_return co_await transport_.shake_hands();
}

asio::awaitable<void> Connection::serve() {
  const bool begun = co_await begin();
  if (!begun) co_return;
  while (!shared_.stopping) {
    const Step step = co_await serve_one();
    if (step == Step::end) break;
  }
  co_await linger();
}

// Closed with bytes unread, the answer could be lost on its way: the client gets a moment to read it.
asio::awaitable<void> Connection::linger() {
  set_deadline(Seconds(1));
  co_await transport_.say_goodbye();
  if (transport_.secure()) co_return;
  boost::system::error_code error;
  char bytes[4096];
  for (std::size_t left = most_lingering_bytes; left > sizeof bytes && !error && !shared_.stopping;) {
    const auto [failed, count] = co_await transport_.async_read_some(asio::buffer(bytes), as_result);
    error = failed;
    left -= count;
  }
}

asio::awaitable<void> Connection::refuse() {
  const bool begun = co_await begin();
  if (!begun) co_return;
  Response busy = problem(503, "there are too many connections", "Try again in a moment.");
  busy.headers.emplace_back("Retry-After", "5");
  co_await answer(std::move(busy), false);
}

void Connection::stop() {
  if (doing_ == Doing::waiting) transport_.close();
  if (doing_ == Doing::streaming) pause_.cancel();
}

asio::awaitable<Connection::Step> Connection::serve_one() {
  doing_ = Doing::waiting;
  problem_.reset();
  const Step waited = co_await wait_for_request();
  if (waited == Step::end) co_return Step::end;
  doing_ = Doing::working;
  const bool head_read = co_await read_head();
  if (!head_read) {
    if (problem_) co_await answer(std::move(*problem_), false);
    co_return Step::end;
  }
  Admission admission = shared_.handler.admit(request_);
  const bool keep = parser_->get().keep_alive() && !shared_.stopping;
  // A body that nobody reads would be taken for the next request.
  if (admission.answer) co_return co_await answer(std::move(*admission.answer), keep && !has_body());
  const bool body_read = co_await read_body(admission.body_bytes);
  if (!body_read) {
    if (problem_) co_await answer(std::move(*problem_), false);
    co_return Step::end;
  }
  deadline_.cancel();  // what the handler does has limits of its own
  asio::awaitable<Response> work = call_handler(&shared_.handler, request_);
  Response response = co_await asio::co_spawn(shared_.pool, std::move(work), asio::use_awaitable);
  co_return co_await answer(std::move(response), keep && !shared_.stopping);
}

// Until there is a first byte. Whoever sends none is not owed an answer.
asio::awaitable<Connection::Step> Connection::wait_for_request() {
  set_deadline(first_ ? shared_.limits.head_deadline : shared_.limits.idle);
  first_ = false;
  if (!received_.empty()) co_return Step::go_on;
  char bytes[2048];
  const auto [error, count] = co_await transport_.async_read_some(asio::buffer(bytes), as_result);
  if (error) co_return Step::end;
  received_.assign(bytes, count);
  co_return Step::go_on;
}

asio::awaitable<bool> Connection::read_head() {
  set_deadline(shared_.limits.head_deadline);
  auto buffer = asio::dynamic_buffer(received_, shared_.limits.head_bytes);
  const auto [error, count] = co_await asio::async_read_until(transport_, buffer, "\r\n\r\n", as_result);
  if (error) {
    note_read_error(error);
    co_return false;
  }
  std::string head = received_.substr(0, count);
  received_.erase(0, count);
  co_return parse_head(std::move(head));
}

void Connection::note_read_error(const boost::system::error_code& error) {
  if (expired_) problem_ = problem(408, "the request did not come in time");
  if (error != asio::error::not_found) return;
  if (received_.find("\r\n") == std::string::npos)
    problem_ = problem(414, "the request line is too long");
  else
    problem_ = problem(431, fmt::format("the head is longer than {} bytes", shared_.limits.head_bytes));
}

bool Connection::parse_head(std::string head) {
  if (const HeadVerdict verdict = check_head(head); verdict.status != 0) {
    problem_ = problem(verdict.status, verdict.reason);
    return false;
  }
  parser_.emplace();
  boost::system::error_code error;
  parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.head_bytes));
  parser_->body_limit(boost::none);  // the handler says how much it takes
  parser_->put(asio::buffer(head), error);
  const auto& message = parser_->get();
  auto target = parse_target({message.target().data(), message.target().size()});
  if ((error && error != beast::http::error::need_more) || !parser_->is_header_done() || !target) {
    problem_ = problem(400, error ? error.message() : std::string("the target is malformed"));
    return false;
  }
  http_1_0_ = message.version() == 10;
  request_ = Request{};
  request_.method = std::string(message.method_string());
  request_.target = std::string(message.target());
  request_.path = std::move(target->path);
  request_.query = std::move(target->query);
  request_.remote = remote_;
  request_.secure = transport_.secure();
  for (const auto& field : message)
    request_.headers.emplace_back(lower_case({field.name_string().data(), field.name_string().size()}),
                                  std::string(field.value()));
  believe(request_, shared_.trusted_proxies);
  return true;
}

bool Connection::has_body() const {
  return !parser_->is_done();
}

asio::awaitable<bool> Connection::read_body(std::size_t limit_bytes) {
  if (!has_body()) co_return true;
  const auto announced = parser_->content_length();
  if (announced && *announced > limit_bytes) {
    problem_ = problem(413, fmt::format("the body is longer than {} bytes", limit_bytes));
    co_return false;
  }
  const std::string expected = lower_case(request_.header("expect"));
  if (!expected.empty() && expected != "100-continue") {
    problem_ = problem(417, "the only expectation understood here is 100-continue");
    co_return false;
  }
  if (!expected.empty()) {
    const bool sent = co_await send("HTTP/1.1 100 Continue\r\n\r\n");
    if (!sent) co_return false;
  }
  parser_->body_limit(limit_bytes);
  beast::flat_buffer buffer(read_ahead_bytes);
  buffer.commit(asio::buffer_copy(buffer.prepare(received_.size()), asio::buffer(received_)));
  set_deadline(shared_.limits.body_deadline);
  const auto [error, count] = co_await beast::http::async_read(transport_, buffer, *parser_, as_result);
  received_.assign(static_cast<const char*>(buffer.data().data()), buffer.size());
  if (!error) {
    request_.body = std::move(parser_->get().body());
    co_return true;
  }
  if (error == beast::http::error::body_limit)
    problem_ = problem(413, fmt::format("the body is longer than {} bytes", limit_bytes));
  else if (expired_)
    problem_ = problem(408, "the body did not come in time");
  else if (error.category() == beast::http::make_error_code(beast::http::error::bad_chunk).category())
    problem_ = problem(400, "the body is malformed: " + error.message());
  co_return false;
}

std::string Connection::head_of(const Response& response, bool keep) const {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                 reason_phrase(response.status), date_now());
  const bool bodiless = response.status == 204 || response.status == 304;
  if (!bodiless) head += fmt::format("Content-Type: {}\r\n", response.content_type);
  if (!response.stream && !bodiless) head += fmt::format("Content-Length: {}\r\n", response.body.size());
  head += "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  if (!keep) head += "Connection: close\r\n";
  if (keep && http_1_0_) head += "Connection: keep-alive\r\n";
  return head + "\r\n";
}

asio::awaitable<Connection::Step> Connection::answer(Response response, bool keep) {
  const bool too_many = response.stream && shared_.streams >= shared_.limits.streams;
  if (too_many) {
    response =
        problem(503, "there are too many event streams", "Try again later, or ask for the job itself.");
    response.headers.emplace_back("Retry-After", "10");
  }
  // A stream ends with its connection: so every client understands it, HTTP/1.0 too.
  keep = keep && !response.stream;
  std::string bytes = head_of(response, keep);
  if (request_.method != "HEAD") bytes += response.body;
  const bool sent = co_await send(std::move(bytes));
  if (!sent) co_return Step::end;
  if (response.stream && request_.method != "HEAD") co_return co_await stream_on(response.stream);
  co_return keep ? Step::go_on : Step::end;
}

asio::awaitable<Connection::Step> Connection::stream_on(std::shared_ptr<Stream> source) {
  doing_ = Doing::streaming;
  ++shared_.streams;
  bool open = true;
  while (open && !shared_.stopping) {
    asio::awaitable<Piece> work = call_stream(source);
    Piece piece = co_await asio::co_spawn(shared_.pool, std::move(work), asio::use_awaitable);
    const bool last = piece.last;
    if (!piece.bytes.empty()) open = co_await send(std::move(piece.bytes));
    if (last) break;
    pause_.expires_after(shared_.limits.stream_interval);
    if (open && !shared_.stopping) co_await pause_.async_wait(as_result);
  }
  --shared_.streams;
  co_return Step::end;
}

asio::awaitable<bool> Connection::send(std::string bytes) {
  set_deadline(shared_.limits.write_deadline);
  const auto [error, count] = co_await asio::async_write(transport_, asio::buffer(bytes), as_result);
  co_return !error;
}

}  // namespace slipway::http
