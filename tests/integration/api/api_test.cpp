// The API over a real server and a real control database.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "auth/tokens.hpp"
#include "base/config/config.hpp"
#include "daemon/api/dispatch.hpp"
#include "daemon/jobs/events.hpp"
#include "daemon/jobs/queue.hpp"
#include "migrations/runner.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/http_client.hpp"

#ifdef __SANITIZE_ADDRESS__
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();  // GCC has no header that declares it
#endif

namespace slipway::api {
namespace {

using test::Answer;
using Json = nlohmann::json;

config::Config portal() {
  config::Config config;
  for (const char* name : {"demo", "other"}) {
    config::Pipeline pipeline;
    pipeline.name = name;
    pipeline.target = "portal";
    config.pipelines[name] = pipeline;
  }
  config.targets["portal"].name = "portal";
  config.pipelines["auto"] = config.pipelines["demo"];
  config.pipelines["auto"].name = "auto";
  config.pipelines["auto"].promote = config::Promote::automatic;
  return config;
}

// The path with something in the place of each name.
std::string filled(std::string_view pattern) {
  std::string path(pattern);
  for (const auto& [name, value] :
       {std::pair("{id}", "4711"), std::pair("{file}", "docs.js"), std::pair("{target}", "portal"),
        std::pair("{snapshot}", "20261121T093000Z"), std::pair("{token}", "4711"),
        std::pair("{orcid}", "0000-0002-1825-0097")})
    if (const auto at = path.find(name); at != std::string::npos)
      path.replace(at, std::string_view(name).size(), value);
  return path;
}

swap::Home home_in(const Path& path) {
  std::filesystem::create_directories(path / "targets/portal/snapshots");
  swap::Home home;
  home.path = path;
  home.run = path / "run";
  return home;
}

class Api : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster = std::make_unique<test::Cluster>(); }
  static void TearDownTestSuite() { cluster.reset(); }

  void SetUp() override {
    ASSERT_TRUE(migrations::migrate(cluster->conninfo(database)));
    for (const auth::Role role :
         {auth::Role::read, auth::Role::ingest, auth::Role::promote, auth::Role::admin})
      tokens.push_back(auth::create_token(session, {std::string(name(role)), role, {}},
                                          {"maria", auth::Role::admin}, "test")
                           ->text);
    http::Limits limits;
    limits.stream_interval = Millis(50);
    auto started = http::Server::start("127.0.0.1", 0, dispatch, limits);
    ASSERT_TRUE(started) << started.error().text();
    server = std::move(*started);
  }

  const std::string& token(auth::Role role) const { return tokens[static_cast<std::size_t>(role)]; }
  Answer ask(const std::string& method, const std::string& target, const std::string& with = "",
             const std::string& body = "", const std::string& headers = "") {
    return test::ask(server->port(), method, target, with, body, headers);
  }
  Answer order(const std::string& body = R"({"pipeline":"demo"})", const std::string& headers = "") {
    return ask("POST", "/api/jobs/ingest", token(auth::Role::ingest), body, headers);
  }

  static inline std::unique_ptr<test::Cluster> cluster;
  const std::string database = cluster->fresh_database();
  pg::Session session = cluster->session(database);
  std::vector<std::string> tokens;
  const config::Config config = portal();
  std::atomic<bool> healthy = true;
  const swap::Home home = home_in(Path(cluster->folder()) / (database + "-home"));
  Sessions sessions{cluster->conninfo(database)};
  Dispatch dispatch{App{config, home, real_seams(), sessions, [this] { return healthy.load(); }}};
  std::unique_ptr<http::Server> server;
};

TEST_F(Api, TheRouteTableWalkedWithoutATokenWithEachRoleAndWithTheWrongMethod) {
  for (const Route& route : routes()) {
    const std::string path = filled(route.path);
    const std::string method(route.method);
    const Answer wrong = ask("BREW", path, token(auth::Role::admin));
    EXPECT_EQ(wrong.status, 405) << path;
    EXPECT_NE(wrong.head.find("Allow: "), std::string::npos);
    if (!route.role || route.open == Open::on_loopback) {
      // Nobody can sign in at this one, so only signing out works.
      const bool sign_in = path.starts_with("/auth/") && path != "/auth/logout";
      EXPECT_EQ(ask(method, path).status, sign_in ? 404 : path == "/auth/logout" ? 204 : 200) << path;
    }
    if (!route.role) continue;
    const std::string far = "X-Forwarded-For: 10.1.1.1\r\n";
    for (const std::string& bad : {std::string(), "slip_" + std::string(43, 'A'), std::string("nonsense")}) {
      const Answer none = ask(method, path, bad, "", far);
      EXPECT_EQ(none.status, 401) << path;
      EXPECT_NE(none.head.find("WWW-Authenticate: Bearer"), std::string::npos);
    }
    for (const auth::Role role :
         {auth::Role::read, auth::Role::ingest, auth::Role::promote, auth::Role::admin}) {
      const int status = ask(method, path, token(role), "", far).status;
      EXPECT_EQ(status == 403, !holds(role, *route.role)) << path << " " << name(role) << " " << status;
      EXPECT_NE(status, 401) << path;
      EXPECT_LT(status, 500) << path;
    }
  }
  EXPECT_EQ(ask("GET", "/nothing").status, 404);
}

TEST_F(Api, RevokedTokensAreRefusedAtOnce) {
  EXPECT_EQ(ask("GET", "/api/jobs", token(auth::Role::read)).status, 200);
  ASSERT_TRUE(auth::revoke_token(session, 1, {"maria", auth::Role::admin}, "test"));
  EXPECT_EQ(ask("GET", "/api/jobs", token(auth::Role::read)).status, 401);
}

TEST_F(Api, FiftyOrdersAtOnceMakeOneJob) {
  std::atomic<int> accepted = 0, conflicts = 0, naming = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 50; ++i)
      clients.emplace_back([&] {
        const Answer answer = order();
        accepted += answer.status == 202;
        conflicts += answer.status == 409;
        const Json body = Json::parse(answer.body, nullptr, false);
        naming += answer.status == 409 && body.contains("job") && body["job"].is_number();
      });
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(conflicts, 49);
  EXPECT_EQ(naming, 49);
}

TEST_F(Api, AnOrderIsAnsweredWithItsJob) {
  const Answer answer = order();
  ASSERT_EQ(answer.status, 202) << answer.body;
  const Json job = Json::parse(answer.body);
  EXPECT_EQ(job["state"], "queued");
  EXPECT_EQ(job["actor"], "token 2 (ingest)");
  const std::string path = "/api/jobs/" + job["id"].dump();
  EXPECT_NE(answer.head.find("Location: " + path + "\r\n"), std::string::npos);
  EXPECT_EQ(Json::parse(ask("GET", path, token(auth::Role::read)).body)["id"], job["id"]);
  const Json list = Json::parse(ask("GET", "/api/jobs?state=queued", token(auth::Role::read)).body);
  EXPECT_EQ(list["jobs"].size(), 1u);
  EXPECT_TRUE(list["next"].is_null());
}

TEST_F(Api, BadOrdersAreRefusedWithWhatIsWrong) {
  const std::pair<const char*, int> cases[] = {{"{", 422},
                                               {"[]", 422},
                                               {R"({"pipeline":"nope"})", 422},
                                               {R"({"pipelin":"demo"})", 422},
                                               {R"({"pipeline":"demo","only":["nope"]})", 422},
                                               {R"({"pipeline":"demo","promote":true})", 403},
                                               {R"({"pipeline":"auto"})", 403}};
  for (const auto& [body, status] : cases) {
    const Answer answer = order(body);
    EXPECT_EQ(answer.status, status) << body;
    EXPECT_FALSE(Json::parse(answer.body)["detail"].get<std::string>().empty());
  }
  EXPECT_EQ(ask("POST", "/api/jobs/ingest", token(auth::Role::promote), R"({"pipeline":"auto"})").status,
            202);
  test::Wire wire(server->port());
  wire.send("POST /api/jobs/ingest HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " +
            token(auth::Role::ingest) + "\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(wire.read().status, 415);
}

TEST_F(Api, AnIdempotencyKeyIsReplayedAndNeverMakesASecondJob) {
  const std::string key = "Idempotency-Key: k-1\r\n";
  std::atomic<int> same = 0;
  const Answer first = order(R"({"pipeline":"demo"})", key);
  ASSERT_EQ(first.status, 202) << first.body;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 10; ++i)
      clients.emplace_back([&] {
        const Answer again = order(R"({"pipeline":"demo"})", key);
        same += again.status == 202 && again.body == first.body;
      });
  }
  EXPECT_EQ(same, 10);
  EXPECT_EQ(order(R"({"pipeline":"other"})", key).status, 422) << "the same key with another body";
  EXPECT_EQ(order(R"({"pipeline":"demo"})", "Idempotency-Key: k-2\r\n").status, 409);
  EXPECT_EQ(session.query("select count(*) from slipway.jobs")->number(0, 0), 1);
  ASSERT_TRUE(jobs::cancel(session, Json::parse(first.body)["id"], "maria", "test"));
  EXPECT_EQ(order(R"({"pipeline":"demo"})", "Idempotency-Key: k-2\r\n").status, 202) << "a 409 is not kept";
  EXPECT_EQ(order(R"({"pipeline":"demo"})", "Idempotency-Key: a b\r\n").status, 400);
}

TEST_F(Api, TheSameKeyAtOnceMakesOneJob) {
  std::atomic<int> accepted = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 20; ++i)
      clients.emplace_back(
          [&] { accepted += order(R"({"pipeline":"demo"})", "Idempotency-Key: at-once\r\n").status == 202; });
  }
  EXPECT_EQ(accepted, 20);
  EXPECT_EQ(session.query("select count(*) from slipway.jobs")->number(0, 0), 1);
}

TEST_F(Api, CancelAndRetry) {
  const std::string path = "/api/jobs/" + Json::parse(order().body)["id"].dump();
  EXPECT_EQ(ask("POST", path + "/retry", token(auth::Role::ingest)).status, 409);
  const Answer cancelled = ask("POST", path + "/cancel", token(auth::Role::ingest));
  EXPECT_EQ(cancelled.status, 202);
  EXPECT_EQ(Json::parse(cancelled.body)["state"], "cancelled");
  EXPECT_EQ(ask("POST", path + "/cancel", token(auth::Role::ingest)).status, 409);
  EXPECT_EQ(ask("POST", path + "/retry", token(auth::Role::ingest)).status, 202);
}

TEST_F(Api, APromotingJobIsChangedOnlyWithThePromoteRole) {
  const Answer made = ask("POST", "/api/jobs/ingest", token(auth::Role::promote), R"({"pipeline":"auto"})");
  const std::string path = "/api/jobs/" + Json::parse(made.body)["id"].dump();
  EXPECT_EQ(ask("POST", path + "/cancel", token(auth::Role::ingest)).status, 403);
  EXPECT_EQ(ask("POST", path + "/cancel", token(auth::Role::promote)).status, 202);
  EXPECT_EQ(ask("POST", path + "/retry", token(auth::Role::ingest)).status, 403);
}

TEST_F(Api, PromotionsAreOrderedByThoseWhoMayAndNamedWhereOneIsInTheWay) {
  for (const char* kind : {"promote", "rollback", "prune"}) {
    const std::string path = std::string("/api/jobs/") + kind;
    EXPECT_EQ(ask("POST", path, token(auth::Role::ingest), "{}").status, 403) << kind;
    EXPECT_EQ(ask("POST", path, token(auth::Role::promote), R"({"target":"nope"})").status, 422) << kind;
    EXPECT_EQ(ask("POST", path, token(auth::Role::promote), R"({"force":true})").status, 422) << kind;
  }
  const std::string key = "Idempotency-Key: once\r\n";
  const auto promote = [&](const std::string& headers) {
    return ask("POST", "/api/jobs/promote", token(auth::Role::promote), R"({"target":"portal"})", headers);
  };
  const Answer first = promote(key);
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(promote(key).body, first.body);
  const Answer busy = promote("");
  EXPECT_EQ(busy.status, 409);
  EXPECT_EQ(Json::parse(busy.body)["job"], Json::parse(first.body)["id"]);
  const std::string path = "/api/jobs/" + Json::parse(first.body)["id"].dump();
  EXPECT_EQ(ask("POST", path + "/cancel", token(auth::Role::ingest)).status, 403);
  EXPECT_EQ(ask("POST", path + "/cancel", token(auth::Role::promote)).status, 202);
  EXPECT_EQ(ask("POST", path + "/retry", token(auth::Role::ingest)).status, 403);
  const std::string again = "Idempotency-Key: again\r\n";
  const Answer retried = ask("POST", path + "/retry", token(auth::Role::promote), "", again);
  ASSERT_EQ(retried.status, 202) << retried.body;
  EXPECT_EQ(ask("POST", path + "/retry", token(auth::Role::promote), "", again).body, retried.body);
}

TEST_F(Api, WhoPollsIsToldThatNothingHasChanged) {
  const Answer first = ask("GET", "/api/jobs", token(auth::Role::read));
  const std::size_t at = first.head.find("ETag: ");
  ASSERT_NE(at, std::string::npos);
  const std::string tag = first.head.substr(at + 6, first.head.find("\r\n", at) - at - 6);
  const Answer same = ask("GET", "/api/jobs", token(auth::Role::read), "", "If-None-Match: " + tag + "\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_TRUE(same.body.empty());
  order();
  EXPECT_EQ(ask("GET", "/api/jobs", token(auth::Role::read), "", "If-None-Match: " + tag + "\r\n").status,
            200);
}

TEST_F(Api, WhoChangesTooMuchIsToldWhenToComeBack) {
  int limited = 0;
  for (int i = 0; i < 140; ++i) {
    const Answer answer = ask("POST", "/api/jobs/4711/cancel", token(auth::Role::promote));
    if (answer.status != 429) continue;
    ++limited;
    EXPECT_NE(answer.head.find("Retry-After: "), std::string::npos);
  }
  EXPECT_GT(limited, 0);
  EXPECT_EQ(ask("GET", "/api/jobs", token(auth::Role::promote)).status, 200) << "reading goes on";
  EXPECT_EQ(order().status, 202) << "and so do others";
}

TEST_F(Api, NonsenseInPathsAndQueriesIsRefused) {
  for (const char* path : {"/api/jobs/0", "/api/jobs/-1", "/api/jobs/x", "/api/jobs/1e3",
                           "/api/jobs/99999999999999999999", "/api/jobs/1%20or%201=1", "/api/jobs/12345"})
    EXPECT_EQ(ask("GET", path, token(auth::Role::read)).status, 404) << path;
  for (const char* query : {"?state=done", "?limit=0", "?limit=201", "?limit=x", "?cursor=-1", "?page=2"})
    EXPECT_EQ(ask("GET", std::string("/api/jobs") + query, token(auth::Role::read)).status, 422) << query;
}

TEST_F(Api, EventsGoOnAfterTheLastIdAndEndWithTheJob) {
  const long long id = Json::parse(order().body)["id"];
  const std::string path = fmt::format("/api/jobs/{}/events", id);
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + token(auth::Role::read) + "\r\n";
  test::Wire first(server->port());
  first.send(request + "\r\n");
  EXPECT_NE(first.read_until("id: 1\n").find("text/event-stream"), std::string::npos);
  ASSERT_TRUE(jobs::append_event(session, id, "line", R"({"text":"two"})"));
  EXPECT_NE(first.read_until("id: 2\n").find("event: line"), std::string::npos);

  test::Wire resumed(server->port());
  resumed.send(request + "Last-Event-ID: 1\r\n\r\n");
  ASSERT_TRUE(jobs::cancel(session, id, "maria", "test"));
  const std::string rest = resumed.read_to_end();
  EXPECT_EQ(rest.find("id: 1\n"), std::string::npos);
  EXPECT_NE(rest.find("id: 2\n"), std::string::npos);
  EXPECT_NE(rest.find("\"state\":\"cancelled\""), std::string::npos);
  EXPECT_NE(first.read_to_end().find("cancelled"), std::string::npos);

  EXPECT_EQ(ask("GET", path, token(auth::Role::read), "", "Last-Event-ID: 3\r\n").status, 204);
  EXPECT_EQ(ask("GET", path, token(auth::Role::read), "", "Last-Event-ID: x\r\n").status, 400);
  EXPECT_EQ(ask("GET", "/api/jobs/999/events", token(auth::Role::read)).status, 404);
}

// The sanitizer keeps what was freed for a while: there it is asked what is not freed.
long held_kib() {
#ifdef __SANITIZE_ADDRESS__
  return static_cast<long>(__sanitizer_get_current_allocated_bytes() >> 10);
#else
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
  return 0;
#endif
}

// SLIPWAY_TESTS_LONG: a minute of it.
TEST_F(Api, SixtyFourClientsSeeNoFailureAndMemoryStaysFlat) {
  const Millis wanted(std::getenv("SLIPWAY_TESTS_LONG") ? 60'000 : 3'000);
  const std::string request =
      "GET /api/jobs HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer " + token(auth::Role::read) + "\r\n\r\n";
  order();
  const Millis begun = real_clock().steady();
  constexpr long warm = 640, enough = 1280;
  std::atomic<long> answers = 0, others = 0, warm_kib = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 64; ++i)
      clients.emplace_back([&] {
        test::Wire wire(server->port());
        while (real_clock().steady() - begun < wanted || answers < enough) {
          wire.send(request);
          others += wire.read().status != 200;
          if (++answers == warm) warm_kib = held_kib();
        }
      });
  }
  EXPECT_EQ(others, 0);
  EXPECT_LT(held_kib() - warm_kib, 64 << 10) << "after " << answers << " answers";
}

TEST_F(Api, WithoutItsControlDatabaseItSaysSoAndComesBack) {
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  cluster->stop(SIGQUIT);
  EXPECT_EQ(ask("GET", "/livez").status, 200);
  EXPECT_EQ(ask("GET", "/readyz").status, 503);
  const Answer away = ask("GET", "/api/jobs", token(auth::Role::read));
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(away.body.find(cluster->folder()), std::string::npos) << "no insides in answers";
  cluster->start();
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  healthy = false;
  EXPECT_EQ(ask("GET", "/readyz").status, 503);
}

}  // namespace
}  // namespace slipway::api
