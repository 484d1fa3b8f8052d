// Everything that a portal of documents in folders must be able to say in a query, one test each.
#include "tests/support/cryoet.hpp"

#include "daemon/ingest/sql/file.hpp"
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

class CryoetQuery : public testing::Test {
 protected:
  void SetUp() override {
    slipway::test::plant(portal.folder(), slipway::test::cryoet_tree());
    portal.source("docs", "s3/**/*.json", config::FileFormat::documents);
    portal.source("files", "s3/**", config::FileFormat::listing);
  }
  // The rows that the query puts into a table with these columns, in that order.
  std::string rows(const std::string& columns, const std::string& sql) {
    portal.schema("create table t (" + columns + ")");
    portal.query("t", sql);
    portal.built();
    return portal.rows("select * from t order by 1");
  }
  Portal portal;
};

TEST_F(CryoetQuery, ARowFromADocument) {
  EXPECT_EQ(rows("id int, title text",
                 "select (doc->>'dataset_identifier')::int as id, doc->>'title' as title "
                 "from source.docs where key ~ '^s3/\\d+/dataset_metadata.json$'"),
            "10001|Cells\n30001|Old\n300012|Twelve\n");
}

TEST_F(CryoetQuery, RowsFromAnArrayInADocument) {
  EXPECT_EQ(rows("name text, main boolean",
                 "select a->>'name' as name, (a->>'primary')::boolean as main from source.docs, "
                 "jsonb_array_elements(doc->'authors') a where key like '%/dataset_metadata.json'"),
            "Ada|t\nBo|f\nCy|t\nFlo|NULL\n");
}

TEST_F(CryoetQuery, RowsFromARootArray) {
  EXPECT_EQ(rows("name text, n int",
                 "select a->>'name' as name, (a->>'order')::int as n from source.docs, "
                 "jsonb_array_elements(doc) a where key like '%/authors.json'"),
            "Di|1\nEd|2\n");
}

TEST_F(CryoetQuery, RowsFromAnArrayOfScalars) {
  EXPECT_EQ(rows("n int, word text",
                 "select n, word from source.docs, jsonb_array_elements_text(doc->'keywords') "
                 "with ordinality k(word, n) where key like '%/10001/dataset%'"),
            "1|b\n2|a\n3|c\n");
}

TEST_F(CryoetQuery, RowsFromFileNamesAlone) {
  EXPECT_EQ(rows("name text, bytes int",
                 "select substring(key from '[^/]+$') as name, size::int as bytes "
                 "from source.files where key ~ '\\.(raw)?tlt$' and key like '%/TS_1/%'"),
            "ts.rawtlt|2\nts.tlt|1\n");
}

TEST_F(CryoetQuery, RowsFromFolderNamesAlone) {
  EXPECT_EQ(rows("name text",
                 "select distinct split_part(key, '/', 3) as name from source.files "
                 "where key ~ '^s3/10001/TS_[^/]*/'"),
            "TS_1\nTS_2\nTS_draft\n");
}

TEST_F(CryoetQuery, TheFirstMatchInOrder) {
  EXPECT_EQ(rows("run text, file text",
                 "select distinct on (split_part(key, '/', 3)) split_part(key, '/', 3) as run, key as file "
                 "from source.files where key ~ '/TiltSeries/' order by 1, key"),
            "TS_1|s3/10001/TS_1/TiltSeries/100/tiltseries_metadata.json\nTS_2|s3/10001/TS_2/TiltSeries/100/"
            "ts.tlt\n");
}

TEST_F(CryoetQuery, ASecondDocumentNamedInsideTheFirst) {
  EXPECT_EQ(rows("method text, shift int",
                 "select a.doc->>'method' as method, (a.doc->>'offset')::int as shift from source.docs t "
                 "join source.docs a on a.key = 's3/' || (t.doc->>'alignment_metadata_path')"),
            "imod|7\n");
}

TEST_F(CryoetQuery, GlobsWithClasses) {
  portal.source("few", "s3/[13]000[0-9]*/TS_[0-8]/*.json", config::FileFormat::documents);
  EXPECT_EQ(
      rows("key text", "select key from source.few"),
      "s3/10001/TS_1/run_metadata.json\ns3/10001/TS_2/run_metadata.json\ns3/30001/TS_1/run_metadata.json\n");
}

TEST_F(CryoetQuery, AParentIsThereOnlyWithItsMarkerFile) {
  EXPECT_EQ(
      rows("name text",
           "select distinct split_part(f.key, '/', 3) as name from source.files f where exists (select from "
           "source.docs m where m.key = 's3/10001/' || split_part(f.key, '/', 3) || '/run_metadata.json')"),
      "TS_1\nTS_2\n");
}

TEST_F(CryoetQuery, AFallbackWhereTheFirstGlobMatchesNothing) {
  EXPECT_EQ(
      rows("run text, file text",
           "select distinct on (run) split_part(key, '/', 3) as run, substring(key from '[^/]+$') as file "
           "from source.files where key ~ '\\.(raw)?tlt$' order by run, key like '%.rawtlt' desc"),
      "TS_1|ts.rawtlt\nTS_2|ts.tlt\n");
}

TEST_F(CryoetQuery, ItemsFilteredByTheParentAndPositionAfterFiltering) {
  EXPECT_EQ(
      rows("n int, path text",
           "select row_number() over (order by item.n) as n, value->>'path' as path from source.docs m, "
           "jsonb_array_elements(m.doc->'frames') with ordinality item(value, n) "
           "where value->>'run' = split_part(m.key, '/', 3)"),
      "1|frame1\n2|frame10\n");
}

TEST_F(CryoetQuery, ManyItemsCollapseIntoOneRow) {
  EXPECT_EQ(rows("dataset text, names text",
                 "select split_part(key, '/', 2) as dataset, string_agg(a->>'name', ', ' order by n) as "
                 "names from source.docs, "
                 "jsonb_array_elements(doc->'authors') with ordinality x(a, n) where key like "
                 "'%/dataset_metadata.json' group by 1"),
            "10001|Ada, Bo, Cy\n300012|Flo\n");
}

TEST_F(CryoetQuery, ValuesFromAnyAncestorAndJoinsByFolderPrefix) {
  EXPECT_EQ(
      rows(
          "path text, title text",
          "select t.key as path, d.doc->>'title' as title from source.docs t join source.docs d on "
          "d.key like 's3/%/dataset\\_metadata.json' and starts_with(t.key, left(d.key, length(d.key) - 21)) "
          "where t.key like '%tomogram_metadata.json'"),
      "s3/10001/TS_1/Reconstructions/VoxelSpacing12.300/Tomograms/100/tomogram_metadata.json|Cells\n");
}

TEST_F(CryoetQuery, JsonValuesAreKeptExactly) {
  EXPECT_EQ(rows("zero int, no boolean, gone text, absent text, empty jsonb, exact numeric, has boolean",
                 "select coalesce((doc->>'zero')::int, 5) as zero, coalesce((doc->>'no')::boolean, true) as "
                 "no, doc->>'nothing' as gone, "
                 "doc->>'never' as absent, doc->'empty' as empty, (doc->'exact')::numeric as exact, doc ? "
                 "'nothing' as has "
                 "from source.docs where key like '%/10001/dataset%'"),
            "0|f|NULL|NULL|{}|1.10|t\n");
}

TEST_F(CryoetQuery, ValueMapsEnumMapsAndDates) {
  portal.schema("create type sample as enum ('cell', 'organelle', 'other')", "types.sql");
  EXPECT_EQ(rows("id int, kind sample, released date",
                 "select (doc->>'dataset_identifier')::int as id, (jsonb_build_object('cell_line', 'cell', "
                 "'organelle', "
                 "'organelle', 'other', 'other') ->> (doc->>'sample_type'))::sample as kind, "
                 "(doc#>>'{dates,release}')::date as released "
                 "from source.docs where key like '%/dataset_metadata.json'"),
            "10001|cell|2024-01-02\n30001|organelle|NULL\n300012|other|NULL\n");
}

TEST_F(CryoetQuery, NumbersOutOfNamesAndRounding) {
  EXPECT_EQ(
      rows("spacing numeric, step numeric(3,1)",
           "select distinct (regexp_match(key, 'VoxelSpacing([0-9.]+)/'))[1]::numeric as spacing, (select "
           "(doc#>>'{acquisition,tilt_step}')::numeric from source.docs where key like "
           "'%tiltseries_metadata.json') as step "
           "from source.files where key like '%/VoxelSpacing%'"),
      "12.300|2.1\n");
}

TEST_F(CryoetQuery, AnObjectsValuesInTheOrderInWhichTheyAreWritten) {
  EXPECT_EQ(rows("written text, sorted text",
                 "select (select string_agg(value, ',' order by n) from json_each_text(raw->'size') with "
                 "ordinality e(k, value, n)) as written, "
                 "(select string_agg(value, ',' order by k) from jsonb_each_text(doc->'size') e(k, value)) "
                 "as sorted "
                 "from source.docs where key like '%tomogram_metadata.json'"),
            "30,20,10|10,20,30\n");
}

TEST_F(CryoetQuery, UrlsAreBuilt) {
  portal.params = {{"https", "https://files.example.org"}};
  EXPECT_EQ(
      rows("url text", "select :https || substr(key, 3) as url from source.files where key like '%.png'"),
      "https://files.example.org/10001/Images/snapshot.png\n");
}

TEST_F(CryoetQuery, SumsUnderExactlyThatPrefixAndZeroWhereNothingIs) {
  EXPECT_EQ(rows("name text, bytes bigint",
                 "select name, coalesce((select sum(size) from source.files where starts_with(key, "
                 "'s3/10001/TS_1/Frames/' || name || '/')), 0) as bytes from unnest(array['frame1', "
                 "'frame10', 'frame2']) name"),
            "frame1|6\nframe10|10\nframe2|0\n");
}

TEST_F(CryoetQuery, OneDatasetsFilesAreNotThoseOfALongerNumber) {
  portal.source("one", "s3/{dataset}/**/*.json", config::FileFormat::documents);
  portal.params = {{"dataset", "30001"}};
  portal.pipeline() = with_params(portal.pipeline(), portal.params);
  EXPECT_EQ(rows("key text", "select key from source.one"),
            "s3/30001/TS_1/run_metadata.json\ns3/30001/dataset_metadata.json\n");
}

TEST_F(CryoetQuery, LeavingAColumnIsNotSettingItNull) {
  portal.schema("create table left_out (id int, note text default 'as ever')", "other.sql");
  portal.query("left_out", "select 1 as id");
  EXPECT_EQ(rows("id int, note text default 'as ever'", "select 1 as id, null as note"), "1|NULL\n");
  EXPECT_EQ(portal.rows("select * from left_out"), "1|as ever\n");
}

TEST_F(CryoetQuery, ListingsAndDocumentsSayWhatTheFilesAre) {
  EXPECT_EQ(rows("key text, size bigint, same boolean, recent boolean",
                 "select d.key, d.size, d.etag = f.etag and d.modified = f.modified as same, d.modified > "
                 "now() - interval '1 day' "
                 "as recent from source.docs d join source.files f using (key) where key like '%/TS_9/%'"),
            "s3/300012/TS_9/run_metadata.json|20|t|t\n");
}

}  // namespace
}  // namespace slipway::ingest::test
