// A target in schema mode for a test to promote in: two tables that say the same in every snapshot, a view
// and a sequence.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "swap/promote/preview.hpp"
#include "tests/support/schema_berth.hpp"

namespace slipway::test {

class SchemaMode : public testing::Test {
 protected:
  explicit SchemaMode(const std::string& settings = ", deadline: 4s") : berth_(settings) {}

  // Two tables that say the same in every snapshot: a reader that sees two answers has seen two snapshots.
  std::string build(const std::string& more = "") {
    const std::unique_ptr<swap::Engine> engine = berth_.engine();
    swap::Build build = must(engine->create({"none", {}, 1}));
    pg::Session session = must(swap::enter(berth_.context().seams, build.place));
    must(session.script(fmt::format(
        "create table cargo as select n, '{0}'::text as snapshot from generate_series(1, 100) n;"
        "alter table cargo add primary key (n);"
        "create table crate as select n, '{0}'::text as snapshot from generate_series(1, 100) n;"
        "create view loaded as select c.n, c.snapshot from cargo c;"
        "create sequence ticket; grant select on cargo, crate, loaded to portal_read; {1}; analyze",
        build.manifest.id, more)));
    build.manifest.rows = {{"cargo", 100}, {"crate", 100}};
    must(engine->finish(build));
    return build.manifest.id;
  }

  swap::Receipt promoted(const std::string& id = "") {
    swap::Receipt receipt = berth_.promote(id);
    EXPECT_EQ(receipt.outcome, swap::Outcome::promoted) << receipt.reason << "\n" << receipt.next;
    return receipt;
  }
  std::string blockers() {
    swap::Order order;
    return must(swap::preview(berth_.context(), order)).at("blockers").dump();
  }
  void remove(const std::string& id) {
    const std::unique_ptr<swap::Engine> engine = berth_.engine();
    must(engine->bury(id));
    must(engine->remove_buried());
  }

  SchemaBerth berth_;
};

// Enough for a loaded machine, where whoever waits for a lock has waited too long more often than not.
class SchemaModeInUse : public SchemaMode {
 protected:
  SchemaModeInUse() : SchemaMode(", deadline: 120s") {}
};

}  // namespace slipway::test
