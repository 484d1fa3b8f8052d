// The HTTP server by itself, with a handler that answers what it was asked: limits, malformed requests, its
// end.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <thread>
#include <vector>

#include "daemon/http/problem.hpp"
#include "daemon/http/server.hpp"
#include "tests/support/http_client.hpp"

namespace slipway::http {
namespace {

using test::Wire;

class Ticks : public Stream {
 public:
  Piece next() override { return {"tick\n", false}; }
};

class Echo : public Handler {
 public:
  Admission admit(const Request& head) override {
    if (head.path[0] == "at-once") return {problem(404, "nothing here"), 0};
    return {std::nullopt, 1000};
  }
  Response handle(const Request& request) override {
    if (request.path[0] == "throw") throw std::runtime_error("a test's error");
    if (request.path[0] == "slow") std::this_thread::sleep_for(Millis(700));
    Response response;
    response.content_type = "text/plain";
    response.body = request.method + " " + request.target + " " + request.body;
    if (request.path[0] == "ticks") response.stream = std::make_shared<Ticks>();
    return response;
  }
};

Limits quick() {
  Limits limits;
  limits.head_deadline = Seconds(2);
  limits.idle = Seconds(2);
  limits.body_deadline = Seconds(2);
  limits.stream_interval = Millis(50);
  return limits;
}

class Http : public ::testing::Test {
 protected:
  void begin(const Limits& limits = quick()) {
    auto started = Server::start("127.0.0.1", 0, echo, limits);
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
  }
  test::Answer send(const std::string& bytes) {
    Wire wire(server->port());
    wire.send(bytes);
    return wire.read();
  }
  Echo echo;
  std::unique_ptr<Server> server;
};

constexpr const char* simple = "GET /a HTTP/1.1\r\nHost: t\r\n\r\n";

TEST_F(Http, AnswersSeveralRequestsOnOneConnection) {
  begin();
  Wire wire(server->port());
  for (int i = 0; i < 5; ++i) {
    wire.send("POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(wire.read().body, "POST /a hello");
  }
  wire.send(
      "POST /b HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(wire.read().body, "POST /b abcde");
  wire.send(std::string(simple) + simple + simple);  // pipelined
  for (int i = 0; i < 3; ++i) EXPECT_EQ(wire.read().body, "GET /a ");
}

TEST_F(Http, HeadHasTheLengthAndNoBody) {
  begin();
  Wire wire(server->port());
  wire.send("HEAD /a HTTP/1.1\r\nHost: t\r\n\r\n");
  const auto answer = wire.read(true);
  EXPECT_NE(answer.head.find("Content-Length: 8"), std::string::npos) << answer.head;
  wire.send(simple);
  EXPECT_EQ(wire.read().body, "GET /a ");
}

TEST_F(Http, OldAndImpatientClientsAreUnderstood) {
  begin();
  EXPECT_EQ(send("GET /a HTTP/1.0\r\n\r\n").status, 200);
  Wire wire(server->port());
  wire.send("POST /a HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(wire.read().status, 100);
  wire.send("ok");
  EXPECT_EQ(wire.read().body, "POST /a ok");
  EXPECT_EQ(send("POST /a HTTP/1.1\r\nHost: t\r\nExpect: x\r\nContent-Length: 2\r\n\r\n").status, 417);
}

TEST_F(Http, MalformedRequestsGetTheirStatusAndTheConnectionEnds) {
  begin();
  const std::pair<std::string, int> cases[] = {
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", 501},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked, identity\r\n\r\n", 501},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: xchunked\r\n\r\n", 501},
      {"POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 5, 5\r\n\r\nhello", 400},
      {"GET /a HTTP/1.1\r\n\r\n", 400},
      {"GET /a HTTP/1.1\r\nHost: t\r\nHost: u\r\n\r\n", 400},
      {"GET /a HTTP/1.1\r\nHost: t\r\nX: a\r\n b\r\n\r\n", 400},
      {"GET /../a HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"GET /%00 HTTP/1.1\r\nHost: t\r\n\r\n", 400},
      {"GET / HTTP/3.0\r\nHost: t\r\n\r\n", 505},
      {std::string("\x16\x03\x01 not http\r\n\r\n"), 400},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n", 414},
      {"GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: t\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: t\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", 431},
      {"POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'a'), 413},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'a') +
           "\r\n0\r\n\r\n",
       413},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
      {"POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabX\r\n\r\n0\r\n\r\n", 400},
  };
  for (const auto& [bytes, status] : cases) {
    Wire wire(server->port());
    wire.send(bytes);
    const auto answer = wire.read();
    EXPECT_EQ(answer.status, status) << bytes.substr(0, 100);
    EXPECT_NE(answer.head.find("application/problem+json"), std::string::npos);
    EXPECT_NE(answer.head.find("Connection: close"), std::string::npos) << bytes.substr(0, 100);
    EXPECT_TRUE(wire.closed_by_peer()) << bytes.substr(0, 100);
  }
  EXPECT_EQ(send(simple).status, 200);
}

TEST_F(Http, AnUnreadBodyIsNeverTakenForTheNextRequest) {
  begin();
  Wire wire(server->port());
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n";
  wire.send("POST /at-once HTTP/1.1\r\nHost: t\r\nContent-Length: " + std::to_string(smuggled.size()) +
            "\r\n\r\n" + smuggled);
  const std::string all = wire.read_to_end();
  EXPECT_NE(all.find("404"), std::string::npos);
  EXPECT_EQ(all.find("smuggled"), std::string::npos);
}

TEST_F(Http, SlowClientsAreLetGo) {
  begin();
  Wire silent(server->port());
  Wire dripping(server->port());
  Wire lazy(server->port());
  lazy.send("POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\n\r\nhe");
  // A byte now and then must not lengthen the deadline of the head.
  bool sent = true;
  for (int i = 0; i < 40 && sent; ++i) {
    sent = dripping.send("G");
    std::this_thread::sleep_for(Millis(100));
  }
  EXPECT_EQ(dripping.read().status, 408);
  EXPECT_EQ(lazy.read().status, 408);
  EXPECT_TRUE(silent.closed_by_peer());
}

TEST_F(Http, AnExceptionIsA500AndTheServerGoesOn) {
  begin();
  EXPECT_EQ(send("GET /throw HTTP/1.1\r\nHost: t\r\n\r\n").status, 500);
  EXPECT_EQ(send(simple).status, 200);
}

TEST_F(Http, TooManyConnectionsOfOneAddressAreTurnedAway) {
  Limits limits = quick();
  limits.head_deadline = Seconds(30);
  limits.connections_per_address = 3;
  begin(limits);
  std::vector<Wire> open;
  for (int i = 0; i < 3; ++i) open.emplace_back(server->port());
  for (Wire& wire : open) wire.send("GET /a HTTP/1.1\r\n");
  std::this_thread::sleep_for(Millis(200));
  EXPECT_EQ(send(simple).status, 503);
  open.clear();
  for (int attempt = 0; attempt < 100 && send(simple).status != 200; ++attempt)
    std::this_thread::sleep_for(Millis(50));
  EXPECT_EQ(send(simple).status, 200);
}

TEST_F(Http, AThousandSlowConnectionsDoNotStandInTheWay) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 8192);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 2500) GTEST_SKIP() << "only " << limit.rlim_cur << " descriptors here";
  Limits limits = quick();
  limits.head_deadline = Seconds(60);
  begin(limits);
  std::vector<Wire> slow;
  for (int i = 0; i < 1000; ++i) {
    slow.emplace_back(server->port());
    slow.back().send("GET /a HT");
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(send(simple).status, 200);
}

TEST_F(Http, StreamsFlowUntilTheClientOrTheServerEnds) {
  begin();
  {
    Wire wire(server->port());
    wire.send("GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
    EXPECT_NE(wire.read_until("tick\ntick\n").find("tick\n"), std::string::npos);
  }
  Wire wire(server->port());
  wire.send("GET /ticks HTTP/1.1\r\nHost: t\r\n\r\n");
  wire.read_until("tick\n");
  server->stop();
  wire.read_to_end();
  server.reset();
}

TEST_F(Http, StoppingFinishesWhatIsBeingAnswered) {
  begin();
  Wire busy(server->port());
  Wire idle(server->port());
  busy.send("GET /slow HTTP/1.1\r\nHost: t\r\n\r\n");
  std::this_thread::sleep_for(Millis(200));
  const int port = server->port();
  server.reset();
  EXPECT_EQ(busy.read().status, 200);
  EXPECT_TRUE(idle.closed_by_peer());
  EXPECT_FALSE(Wire(port).connected());
}

TEST_F(Http, APortThatIsTakenIsSaid) {
  begin();
  const auto second = Server::start("127.0.0.1", server->port(), echo);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().text().find("listen"), std::string::npos);
  EXPECT_FALSE(Server::start("nonsense", 0, echo));
}

TEST_F(Http, ManyClientsAtOnceAllGetTheirOwnAnswer) {
  begin();
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 16; ++i)
      clients.emplace_back([&, i] {
        Wire wire(server->port());
        for (int n = 0; n < 100; ++n) {
          const std::string path = "/" + std::to_string(i) + "-" + std::to_string(n);
          wire.send("GET " + path + " HTTP/1.1\r\nHost: t\r\n\r\n");
          right += wire.read().body == "GET " + path + " ";
        }
      });
  }
  EXPECT_EQ(right, 1600);
}

}  // namespace
}  // namespace slipway::http
