// Production that somebody else built is taken over, promoted away from, gone back to, and never removed.
#include "swap/adopt.hpp"

#include "swap/retention/prune.hpp"
#include "tests/support/schema_berth.hpp"

namespace slipway::swap {
namespace {

// A data directory as an operator has it: another superuser, another configuration, stopped.
Path foreign_cluster(const test::Harbour& harbour) {
  const Seams seams = real_seams();
  const Path data = harbour.home().path.parent_path() / "home" / "theirs";
  Command command;
  command.folder = "/";
  command.argv = {
      server_program("initdb"), "-D", data.string(), "-U", "boss", "-A", "trust", "-E", "UTF8", "-N"};
  test::must(run_checked(seams.processes, command));
  command.argv = {server_program("postgres"), "--single", "-D", data.string(), "postgres"};
  command.input = "create database portal;\n";
  test::must(run_checked(seams.processes, command));
  command.argv.back() = "portal";
  command.input =
      "create table cargo as select n, 'theirs'::text as snapshot from generate_series(1, 50) n;\nanalyze "
      "cargo;\n";
  test::must(run_checked(seams.processes, command));
  return data;
}

TEST(Adopt, ADataDirectoryBecomesLiveAndStays) {
  test::Harbour harbour("");
  const Path data = foreign_cluster(harbour);
  const std::string id = test::must(adopt(harbour.context(), data, "maria"));
  EXPECT_FALSE(real_files().exists(data));
  EXPECT_EQ(harbour.live(), id);
  EXPECT_EQ(harbour.seen(), "theirs");
  EXPECT_EQ(test::must(harbour.volume().manifest(id)).rows.at("cargo"), 50);
  for (int round = 0; round < 5; ++round) {
    harbour.build(50);
    // Another superuser owns what was adopted, and initdb had another locale.
    const Receipt receipt = harbour.promote_allowing({"owners", "collation"});
    ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  }
  test::must(prune(harbour.context(), Prune::remove, "maria"));
  EXPECT_TRUE(harbour.volume().manifest(id)) << "adopted snapshots are never removed";
  const Receipt receipt = harbour.promote(id, Direction::forward, {"owners", "collation", "grants"});
  EXPECT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
  EXPECT_EQ(harbour.seen(), "theirs");
  EXPECT_FALSE(adopt(harbour.context(), data, "maria")) << "something is live already";
}

TEST(Adopt, WhatCannotBeOursStaysWhereItIs) {
  test::Harbour harbour;
  const Path folder = harbour.home().path / "theirs";
  test::must(real_files().make_folders(folder));
  const Result<std::string> nothing = adopt(harbour.context(), folder, "maria");
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().summary().find("is not a PostgreSQL data directory"), std::string::npos);
  test::must(real_files().write(folder / "PG_VERSION", "9.6\n"));
  EXPECT_FALSE(adopt(harbour.context(), folder, "maria"));
  EXPECT_TRUE(real_files().exists(folder / "PG_VERSION"));
  EXPECT_EQ(harbour.live(), "");
}

TEST(Adopt, ASchemaOfThatNameBecomesLiveWithAllThatHangsOnItAndStays) {
  test::SchemaBerth berth;
  berth.run(
      "create schema portal; create table portal.cargo as select n, 'theirs'::text as snapshot from "
      "generate_series(1, 100) n; analyze portal.cargo; grant usage on schema portal to portal_read, other; "
      "grant select on portal.cargo to portal_read, other; create view public.newest as select max(snapshot) "
      "from portal.cargo; alter view public.newest owner to keeper");
  ASSERT_FALSE(berth.engine()->live());
  const Result<std::string> not_ours = adopt(berth.context(), "", "maria");
  ASSERT_FALSE(not_ours);
  EXPECT_NE(not_ours.error().text().find("must own what it adopts"), std::string::npos)
      << not_ours.error().text();
  EXPECT_EQ(berth.value("select to_regclass('portal.slipway_manifest') is null"), "t");
  berth.run("alter schema portal owner to keeper; alter table portal.cargo owner to keeper");
  const std::string id = test::must(adopt(berth.context(), "", "maria"));
  EXPECT_EQ(berth.live(), id);
  EXPECT_EQ(berth.seen(), "theirs");
  const Manifest manifest = test::must(berth.engine()->manifest(id));
  EXPECT_EQ(manifest.rows.at("cargo"), 100);
  EXPECT_GT(manifest.bytes, 8192U);
  EXPECT_LT(manifest.bytes, 1'000'000U) << "of the schema, and not of its whole database";
  berth.build();
  const Receipt refused = berth.promote();
  EXPECT_EQ(refused.outcome, Outcome::refused);
  EXPECT_NE(refused.reason.find("newest: role keeper may not make it anew: it needs CREATE on schema public"),
            std::string::npos)
      << refused.reason;
  berth.run("grant create on schema public to keeper");
  for (int round = 0; round < 5; ++round) {
    const std::string next = berth.build();
    const Receipt receipt = berth.promote();
    ASSERT_EQ(receipt.outcome, Outcome::promoted) << receipt.reason;
    EXPECT_EQ(berth.value("select snapshot from portal.cargo limit 1", "other"), next) << "grants of live";
    EXPECT_EQ(berth.value("select * from public.newest"), next);
  }
  test::must(prune(berth.context(), Prune::remove, "maria"));
  EXPECT_TRUE(berth.engine()->manifest(id)) << "adopted snapshots are never removed";
  const Receipt back = berth.promote(id);
  EXPECT_EQ(back.outcome, Outcome::promoted) << back.reason;
  EXPECT_EQ(berth.seen(), "theirs");
  EXPECT_EQ(berth.value("select snapshot from portal.cargo limit 1", "other"), "theirs");
  EXPECT_FALSE(adopt(berth.context(), "", "maria")) << "something is live already";
}

TEST(Adopt, ADatabaseOfThatNameBecomesLiveAndCanBeGoneBackTo) {
  test::DatabaseBerth berth;
  {
    pg::Session session = test::must(pg::Session::open(test::must(berth.context().target.server.read())));
    test::must(session.script("create database " + pg::quoted(berth.context().target.database_name)));
  }
  ASSERT_FALSE(berth.engine()->live());
  const std::string id = test::must(adopt(berth.context(), "", "maria"));
  EXPECT_EQ(berth.live(), id);
  const std::string ours = berth.build();
  EXPECT_EQ(berth.promote(ours).outcome, Outcome::promoted);
  const Receipt back = berth.roll_back();
  EXPECT_EQ(back.outcome, Outcome::promoted) << back.reason;
  EXPECT_EQ(berth.live(), id);
}

}  // namespace
}  // namespace slipway::swap
