// What a correct target says in each mode, and that `check --defaults` says it again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/config/pattern.hpp"
#include "tests/unit/config/written.hpp"

namespace slipway::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const char* const all_modes = R"(
targets:
  portal:
    mode: volume
    serve: {restart: {unit: portal-db.service}}
    front: {uri_file: secrets/front}
    quiesce:
      - pgbouncer: {admin: host=/run/pgbouncer port=6432 dbname=pgbouncer, databases: [portal, portal_ro]}
      - pgbouncer: {admin_env: POOLER_ADMIN}
      - systemd: {units: [portal-api.service, "portal-worker@1.service"]}
      - kubernetes: {namespace: portal, deployments: [backend, worker]}
      - kubernetes: {namespace: other, deployments: web, api: https://k8s.example.org:6443, token_file: k8s, ca_file: k8s.pem}
      - http: {pause: {url: http://api/pause, method: PUT, token_file: /run/secrets/api}, resume: {url: http://api/resume}}
      - command: {pause: [./pause.sh, --all, ""], resume: [./resume.sh], timeout: 10s}
    hooks:
      before: [[./before.sh, "two words"], {run: [./long.sh], timeout: 5m}]
      failed: [[./page.sh]]
    guardrails: {sql: [{name: some_studies, query: select count(*) > 0 from study}]}
    carry: [users, submission_*]
  hall:
    mode: volume
    serve: {restart: {stop: [docker, stop, db], start: [docker, start, db]}}
  books:
    mode: database
    server_file: secrets/books
    maintenance: books_slipway
  maps:
    mode: schema
    server: postgresql://slipway@db.example.org:5432,other:5433/gis?sslmode=require
    front: {uri_env: MAPS_FRONT}
pipelines:
  demo:
    target: maps
    start: empty
    schema: [schema.sql]
    sources: {images: {files: images.csv}}
    tables: {image: {from: images}}
)";

struct Loaded {
  Written file{all_modes};
  Result<Config> config = file.load();
};

TEST(TargetValues, ServersAndFrontsArrive) {
  const Loaded loaded;
  ASSERT_TRUE(loaded.config) << loaded.config.error().text();
  const auto& targets = loaded.config->targets;
  EXPECT_EQ(targets.at("portal").restart->unit, "portal-db.service");
  EXPECT_EQ(targets.at("portal").front.file, loaded.file.folder() / "secrets/front");
  EXPECT_THAT(targets.at("hall").restart->stop, ElementsAre("docker", "stop", "db"));
  EXPECT_THAT(targets.at("hall").restart->start, ElementsAre("docker", "start", "db"));
  EXPECT_EQ(targets.at("books").mode, Mode::database);
  EXPECT_EQ(targets.at("books").server.file, loaded.file.folder() / "secrets/books");
  EXPECT_EQ(targets.at("books").maintenance, "books_slipway");
  EXPECT_EQ(targets.at("maps").mode, Mode::schema);
  EXPECT_THAT(targets.at("maps").server.value, HasSubstr("other:5433"));
  EXPECT_EQ(targets.at("maps").front.variable, "MAPS_FRONT");
  EXPECT_EQ(loaded.config->pipelines.at("demo").start, Start::empty);
}

TEST(TargetValues, QuiesceStepsArriveInTheirOrder) {
  const Loaded loaded;
  ASSERT_TRUE(loaded.config) << loaded.config.error().text();
  const std::vector<QuiesceStep>& steps = loaded.config->targets.at("portal").quiesce;
  ASSERT_EQ(steps.size(), 7U);
  EXPECT_THAT(std::get<PgBouncerQuiesce>(steps[0].how).databases, ElementsAre("portal", "portal_ro"));
  EXPECT_EQ(std::get<PgBouncerQuiesce>(steps[1].how).admin.variable, "POOLER_ADMIN");
  EXPECT_EQ(std::get<SystemdQuiesce>(steps[2].how).units.size(), 2U);
  EXPECT_EQ(std::get<KubernetesQuiesce>(steps[3].how).api, "");
  const auto& other = std::get<KubernetesQuiesce>(steps[4].how);
  EXPECT_THAT(other.deployments, ElementsAre("web"));
  EXPECT_EQ(other.token.file, loaded.file.folder() / "k8s");
  EXPECT_EQ(other.ca_file, loaded.file.folder() / "k8s.pem");
  const auto& http = std::get<HttpQuiesce>(steps[5].how);
  EXPECT_EQ(http.pause.method, "PUT");
  EXPECT_EQ(http.pause.bearer.file, "/run/secrets/api");
  EXPECT_EQ(http.resume.method, "POST");
  const auto& command = std::get<CommandQuiesce>(steps[6].how);
  EXPECT_THAT(command.pause, ElementsAre("./pause.sh", "--all", ""));
  EXPECT_EQ(command.timeout, Seconds(10));
  EXPECT_EQ(steps[6].at.line, 14);
}

TEST(TargetValues, HooksGuardrailsAndCarryArrive) {
  const Loaded loaded;
  ASSERT_TRUE(loaded.config) << loaded.config.error().text();
  const Target& target = loaded.config->targets.at("portal");
  ASSERT_EQ(target.hooks.before.size(), 2U);
  EXPECT_THAT(target.hooks.before[0].run, ElementsAre("./before.sh", "two words"));
  EXPECT_EQ(target.hooks.before[0].timeout, Seconds(60));
  EXPECT_EQ(target.hooks.before[1].timeout, Seconds(300));
  EXPECT_TRUE(target.hooks.after.empty());
  EXPECT_THAT(target.hooks.failed.at(0).run, ElementsAre("./page.sh"));
  EXPECT_EQ(target.guardrails.sql.at(0).name, "some_studies");
  EXPECT_EQ(target.guardrails.sql.at(0).at.line, 18);
  EXPECT_THAT(target.carry, ElementsAre("users", "submission_*"));
}

TEST(TargetValues, ACopyOfTheFileMeansTheSamePaths) {
  const Loaded loaded;
  const Written copy(all_modes);
  const Result<Config> config = load(copy.file(), loaded.file.folder());
  ASSERT_TRUE(config) << config.error().text();
  EXPECT_EQ(config->folder, loaded.file.folder());
  EXPECT_EQ(config->targets.at("portal").folder, loaded.file.folder());
  EXPECT_EQ(config->targets.at("books").server.file, loaded.file.folder() / "secrets/books");
}

TEST(TargetDefaults, ShownAndLoadedAgainSayTheSame) {
  const Loaded loaded;
  ASSERT_TRUE(loaded.config) << loaded.config.error().text();
  const std::string text = with_defaults(*loaded.config);
  const Written again(text);
  ASSERT_EQ(again.complaint(), "") << text;
  EXPECT_EQ(with_defaults(*again.load()), text);
  for (const char* word : {"pgbouncer:", "submission_*", "some_studies", "two words", "uri_env: MAPS_FRONT",
                           "unit: portal-db.service", "maintenance: books_slipway", "start: empty"})
    EXPECT_THAT(text, HasSubstr(word));
}

TEST(TargetDefaults, ShowWhatTheModeHas) {
  const Result<Config> config =
      Written("targets: {maps: {mode: schema, server: postgresql://db/gis}}\n").load();
  ASSERT_TRUE(config) << config.error().text();
  const std::string text = with_defaults(*config);
  EXPECT_THAT(text, HasSubstr("server: postgresql://db/gis"));
  for (const char* word : {"serve:", "front:", "pool:", "maintenance:", "    postgresql:"})
    EXPECT_THAT(text, Not(HasSubstr(word)));
}

TEST(TargetPairs, OnlyManagedFrontsNeedPortsOfTheirOwn) {
  EXPECT_EQ(Written("listen: 127.0.0.1:6543\n"
                    "targets:\n  a: {mode: schema, server: postgresql://db/a}\n"
                    "  b: {mode: volume, front: {uri_file: x}}\n"
                    "  c: {mode: database, server: postgresql://db}\n"
                    "  d: {mode: volume, front: 6544}\n")
                .complaint(),
            "");
}

TEST(TargetPairs, OneNameOnTwoServersIsFine) {
  EXPECT_EQ(Written("targets:\n  a: {mode: database, server: postgresql://one, name: n}\n"
                    "  b: {mode: database, server: postgresql://two, name: n}\n")
                .complaint(),
            "");
}

TEST(Pattern, AStarStandsForAnyText) {
  for (const auto& [pattern, name] :
       {std::pair("users", "users"), std::pair("*", ""), std::pair("*", "x"), std::pair("a*", "a"),
        std::pair("a*c", "abcabc"), std::pair("*_log", "x_log"), std::pair("a*b*c", "aXbYbc"),
        std::pair("**", "x")})
    EXPECT_TRUE(matches(pattern, name)) << pattern << " " << name;
  for (const auto& [pattern, name] :
       {std::pair("users", "user"), std::pair("user", "users"), std::pair("a*c", "abcd"), std::pair("", "x"),
        std::pair("a*b*c", "acb"), std::pair("A", "a")})
    EXPECT_FALSE(matches(pattern, name)) << pattern << " " << name;
}

}  // namespace
}  // namespace slipway::config
