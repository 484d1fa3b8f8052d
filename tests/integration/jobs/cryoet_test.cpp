// A portal of documents in folders, loaded whole and by dataset: ids stay, what is outside the scope stays,
// what is gone goes, and the same input gives the same database.
#include "tests/support/cryoet.hpp"

#include "tests/integration/jobs/yard.hpp"

namespace slipway::jobs {
namespace {

const std::vector<std::string> tables = {"deposition", "dataset", "dataset_author",
                                         "run",        "frame",   "tomogram"};

class Cryoet : public testing::TestWithParam<config::Mode> {
 protected:
  void SetUp() override {
    test::plant(yard.folder(), test::cryoet_tree());
    test::plant(yard.folder(), test::cryoet_queries());
    yard.file("schema.sql", test::cryoet_schema);
    yard.configure("");
  }
  IngestResult loaded(const std::map<std::string, std::string>& params = {}) {
    IngestResult result = yard.ingested({}, params);
    if (!result.error) yard.promote({"rows", "bytes", "client_shape"});
    return result;
  }
  // Every row of every table, and where every numbering stands.
  std::string checksum() {
    std::string sum;
    for (const std::string& table : tables)
      sum +=
          table + " " +
          yard.live("select count(*), md5(string_agg(t::text, ',' order by t::text)) from " + table + " t");
    for (const char* table : {"run", "frame", "tomogram"})
      sum += yard.live(std::string("select last_value from ") + table + "_id_seq");
    return sum;
  }
  void gone(const std::string& name) { std::filesystem::remove_all(yard.folder() / name); }
  std::string leftovers() {
    return yard.live("select count(*) from pg_namespace where nspname like 'slipway\\_build%'");
  }

  static std::string with_braces(std::string text) {
    std::string out;
    for (const char c : text) out += std::string(c == '{' || c == '}' ? 2 : 1, c);
    return out + "{0}\n";
  }
  Yard yard{GetParam(), with_braces(test::cryoet_pipeline)};
};

TEST_P(Cryoet, TheSameInputTwiceGivesTheSameDatabase) {
  const IngestResult first = loaded();
  ASSERT_FALSE(first.error);
  const std::string before = checksum();
  EXPECT_EQ(first.rows.at("run"), 4);
  EXPECT_EQ(
      yard.live(
          "select r.name, f.name, frame_order, bytes from frame f join run r on r.id = run_id order by 3"),
      "TS_1|frame1|1|6\nTS_1|frame10|2|10\n");
  loaded();
  EXPECT_EQ(checksum(), before);
  loaded({{"dataset", "10001"}});
  EXPECT_EQ(checksum(), before);
  EXPECT_EQ(leftovers(), "0\n");
}

TEST_P(Cryoet, ADatasetsScopeIsExactlyThatDataset) {
  loaded();
  const std::string before = checksum();
  const std::string ids = yard.live("select id, dataset_id, name from run order by 1");
  // Outside the scope: neither what changes nor what is gone there is noticed.
  gone("s3/300012/TS_9");
  yard.file("s3/10001/dataset_metadata.json",
            "{\"dataset_identifier\": 10001, \"title\": \"Not looked at\"}");
  const IngestResult result = loaded({{"dataset", "30001"}});
  EXPECT_EQ(checksum(), before);
  EXPECT_EQ(result.rows.at("run"), 4) << "what the table has, kept rows among them";
  EXPECT_EQ(yard.live("select id, dataset_id, name from run order by 1"), ids);
}

TEST_P(Cryoet, InsideTheScopeWhatIsGoneDisappearsAndIdsStay) {
  loaded();
  const std::string kept = yard.live("select id from run where dataset_id = 10001 and name = 'TS_2'");
  gone("s3/10001/TS_1");
  yard.file("s3/10001/TS_0/run_metadata.json", "{}");
  loaded({{"dataset", "10001"}});
  EXPECT_EQ(yard.live("select id from run where dataset_id = 10001 and name = 'TS_2'"), kept);
  EXPECT_EQ(yard.live("select count(*) from run where name = 'TS_1' and dataset_id = 10001"), "0\n");
  EXPECT_EQ(yard.live("select count(*) from frame"), "0\n");
  EXPECT_EQ(yard.live("select count(*) from tomogram"), "0\n");
  EXPECT_EQ(yard.live("select id > 4 from run where name = 'TS_0'"), "t\n")
      << "a new number, never an old one";
  EXPECT_EQ(yard.live("select count(*) from run where dataset_id in (30001, 300012)"), "2\n");
}

TEST_P(Cryoet, AReadErrorFailsTheJobAndNothingDisappears) {
  loaded();
  const std::string before = checksum();
  yard.file("s3/10001/TS_2/run_metadata.json", "{\"run_name\": ");
  const IngestResult result = yard.ingest();
  ASSERT_TRUE(result.error);
  EXPECT_NE(result.error->text().find("s3/10001/TS_2/run_metadata.json"), std::string::npos)
      << result.error->text();
  EXPECT_EQ(checksum(), before);
  EXPECT_EQ(leftovers(), "0\n");
}

TEST_P(Cryoet, ParametersAreCheckedBeforeAnythingRuns) {
  EXPECT_TRUE(yard.ingest({}, {{"datset", "1"}}).error->text().find("did you mean dataset?") !=
              std::string::npos);
  EXPECT_TRUE(yard.ingest({}, {{"datset", "1"}}).snapshot.empty());
}

INSTANTIATE_TEST_SUITE_P(Each, Cryoet, testing::Values(config::Mode::database, config::Mode::schema),
                         [](const auto& mode) {
                           return std::string(mode.param == config::Mode::schema ? "schema" : "database");
                         });

}  // namespace
}  // namespace slipway::jobs
