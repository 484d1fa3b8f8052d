// Each type: what the build stores is what PostgreSQL itself makes of the same text, and what it refuses is
// refused.
#include "base/pg/identifier.hpp"
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

std::string csv_field(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

using Values = std::vector<std::string>;

// Loads the values, and compares row by row with the server's own cast in a table of texts.
void compare(const std::string& type, const Values& values, const std::string& before = "") {
  Portal portal;
  portal.schema(before + "CREATE TABLE t (n int PRIMARY KEY, v " + type + ");");
  std::string csv = "n,v\n";
  for (std::size_t i = 0; i < values.size(); ++i)
    csv += std::to_string(i) + "," + csv_field(values[i]) + "\n";
  portal.file("t.csv", csv);
  portal.table("t", "t.csv");
  portal.allow(static_cast<std::int64_t>(values.size()));
  const Report report = portal.built();
  // The server's word: an assignment, row by row, as COPY in text format would do it.
  portal.run("SET timezone = 'UTC'; CREATE TABLE own (n int PRIMARY KEY, v " + type + ")");
  auto session = cluster().session(portal.database());
  ASSERT_TRUE(session.script("SET timezone = 'UTC'"));
  std::int64_t accepted = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool taken = static_cast<bool>(
        session.script(fmt::format("INSERT INTO own VALUES ({}, {})", i, pg::literal(values[i]))));
    accepted += taken ? 1 : 0;
    EXPECT_EQ(portal.value(fmt::format("SELECT count(*) FROM t WHERE n = {}", i)), taken ? "1" : "0")
        << type << " of " << values[i];
  }
  EXPECT_EQ(
      portal.rows(
          "SELECT n, t.v, own.v FROM t FULL JOIN own USING (n) WHERE t.v::text IS DISTINCT FROM own.v::text"),
      "")
      << type;
  EXPECT_EQ(report.tables.at("t").loaded, accepted) << type;
}

TEST(Types, AreReadAsPostgresqlReadsThem) {
  const Values integers = {"0",
                           "-0",
                           "1",
                           "-1",
                           "+5",
                           " 7 ",
                           "32767",
                           "32768",
                           "-32768",
                           "-32769",
                           "2147483647",
                           "2147483648",
                           "-2147483648",
                           "9223372036854775807",
                           "9223372036854775808",
                           "-9223372036854775808",
                           "000000000000000000000000012",
                           "1.0",
                           "1e3",
                           "0x10",
                           "",
                           "abc",
                           "1 2",
                           "--1",
                           "-",
                           "1_000"};
  for (const char* type : {"int2", "int4", "int8"}) compare(type, integers);
  compare("bool", {"t", "f", "true", "FALSE", "True", "yes", "no", "on", "off", "1", "0", " tr ", "y", "n",
                   "o", "2", "", "maybe"});
  const Values numbers = {"0",
                          "-0",
                          "0.0",
                          "-0.0",
                          "1.5",
                          ".5",
                          "5.",
                          "-1.25e10",
                          "1E-5",
                          "+1.5",
                          "inf",
                          "-Infinity",
                          "NaN",
                          "nan",
                          "1e400",
                          "1e-400",
                          "4.9e-324",
                          "1.7976931348623157e308",
                          "0x1p3",
                          "1e",
                          "1.5.5",
                          "",
                          " 2.5 ",
                          "abc",
                          "1e39",
                          "123456789.123456789",
                          "16777217",
                          "0.1",
                          "3.4028236e38",
                          "1e-46",
                          "9007199254740993"};
  for (const char* type : {"float4", "float8", "numeric", "numeric(5,2)", "numeric(3,5)", "numeric(4,-2)"})
    compare(type, numbers);
  compare("numeric",
          {"0000", "0.0001", "0.00010", "10000", "100000000", "12345678901234567890123456789.123456789",
           "-99999999.99990000", "1000000000000000000000", "0.000000000000000000000001", ".", "-", "-.5",
           "--5", "5-", "1,000", "00012.3400"});
  compare("numeric(5,2)",
          {"999.99", "999.994", "999.995", "-999.995", "1000", "99.995", "0.005", "0.0049", "00000999.99"});
  compare("text", {"", "a", "é日本😀", "tab\there", "back\\slash", "\\N", "line\nend", "\"quoted\""});
  compare("varchar(3)",
          {"", "abc", "abcd", "abc  ", "abcd ", "ééé", "éééé", "ééé   ", "   ", "     ", "\n\n\n\n"});
  compare("char(3)", {"", "a", "abc", "abcd", "abc   ", "é", "ééé ", "    "});
  compare("varchar", {"", "anything at all"});
  compare("bytea",
          {"\\x", "\\x00ff", "\\xABcd", "\\xABc", "\\xzz", "abc", "a\\000b", "\\x 00", "\\", "\\x0 0"});
  compare("uuid", {"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                   "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}", "a0eebc999c0b4ef8bb6d6bb9bd380a11",
                   "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g",
                   "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1", ""});
  compare("json", {"{}", "[1, 2]", "{\"a\": 1, \"a\": 2}", "{", "", "1e400", "\"\\u0000\"", "\"\\ud800\"",
                   " null ", "tru", "[1,]", "1e1000000"});
  compare("jsonb", {"{}", "[1, 2]", "{\"a\": 1, \"a\": 2}", "{", "", "1e400", "\"\\u0000\"", "\"\\ud800\"",
                    " null ", "\"\\ud83d\\ude00\"", "1e1000000", "-0", "1.10", "\"é\""});
  compare("mood", {"glad", "sad", "Glad", "", " glad"}, "CREATE TYPE mood AS ENUM ('sad', 'glad');");
  compare("small", {"1", "5", "11", "x"}, "CREATE DOMAIN small AS int CHECK (VALUE < 10);");
  compare("code", {"abc", "abcd", "  "}, "CREATE DOMAIN code AS varchar(3);");
}

TEST(Types, ReadTimesAsPostgresqlReadsThem) {
  const Values dates = {
      "2024-02-29", "2023-02-29",  "1900-02-29",       "2000-02-29", "0001-01-01",  "0000-01-01",
      "9999-12-31", "10000-01-01", "2024-1-5",         "20240105",   "Jan 5, 2024", "5/1/2024",
      "infinity",   "-infinity",   "today!",           "",           "2024-13-01",  "2024-00-10",
      "2024-01-32", "44-03-15 BC", "2024-02-29 10:00", "J2451187",   "1582-10-10"};
  compare("date", dates);
  const Values times = {"00:00:00",   "23:59:59.999999",  "24:00:00",    "24:00:01", "10:20",
                        "10:20:30.1", "10:20:30.1234567", "10:20:60",    "10:60:00", "25:00",
                        "3 PM",       "10:20:30Z",        "10:20:30+02", "",         "10",
                        "102030",     "10:20:30.",        "1:2:3"};
  compare("time", times);
  compare("interval",
          {"10:20:30", "1 day", "P1Y2M3DT4H5M6S", "-1:00", "100:00:00", "1.5 days", "00:00:00.000001", "",
           "x", "3 weeks ago", "P+1W", "PT+5M", "P-1W", "+1 day", "-1 days +02:03:04"});
  Values stamps = dates;
  for (const char* stamp : {"2024-05-06 07:08:09",
                            "2024-05-06T07:08:09",
                            "2024-05-06T07:08:09Z",
                            "2024-05-06 07:08:09.5+02",
                            "2024-05-06 07:08:09-0330",
                            "2024-05-06 07:08:09+05:45",
                            "2024-05-06 07:08:09 +02",
                            "2024-05-06 07:08:09+15:59",
                            "2024-05-06 07:08:09+16",
                            "2024-05-06 24:00:00",
                            "2024-05-06 07:08",
                            "2024-05-06 07:08:09.1234567",
                            "2024-05-06 07:08:09 Europe/Berlin",
                            "2024-05-06 07:08:09 EST",
                            "2024-05-06 07",
                            "2024-05-06t07:08:09z",
                            "2024-05-06 23:59:60",
                            "2024-05-06 07:08:09.",
                            "2024-05-06 07:08:09.5 PM",
                            "1969-12-31 23:59:59.999999",
                            "0001-01-01 00:00:00+14",
                            "9999-12-31 23:59:59.999999-14",
                            "2024-05-06 07:08:09+1",
                            "2024-05-06 07:08:09+02:99",
                            "2024-05-06T",
                            "2024-05-06Z",
                            "2024-05-06+02",
                            "2024-05-06 07:08Z",
                            "epoch",
                            "294277-01-01 00:00"})
    stamps.push_back(stamp);
  compare("timestamp", stamps);
  compare("timestamptz", stamps);
  compare("timestamptz(0)", {"2024-05-06 07:08:09.5Z", "2024-05-06 07:08:59.999Z"});
  compare("time(1)", {"10:20:30.16", "23:59:59.99"});
  compare("interval day to second", {"10:20:30", "1 month"});
}

TEST(Types, AnArrayIsAsItsElementsAre) {
  compare("int4[]", {"{}", "{1,2}", "{1,NULL}", "{{1,2},{3,4}}", "{1", "x", "{a}"});
  compare("text[]", {"{a,\"b c\"}", "{\"tab\there\",\"back\\\\slash\"}", "{}"});
  compare("inet", {"127.0.0.1", "::1/64", "300.1.1.1", ""});
  compare("varchar(3)[]", {"{abc}", "{abcd}"});
  compare("cidr", {"10.0.0.0/8", "10.1.0.0/8", "::/0", "10"});
  compare("date[][]", {"{{2024-02-29},{NULL}}", "{2024-02-30}"});
}

TEST(Types, OfAnyOtherKindGoByText) {
  compare("point", {"(1,2)", "1,2", "(1)"});
  compare("bit(3)", {"101", "1010", "10"});
  compare("point[]", {"{\"(1,2)\"}", "{x}"});
  compare("int2vector", {"1 2 3", "x"});
  compare("int4range", {"[1,2)", "empty", "[2,1]"});
}

}  // namespace
}  // namespace slipway::ingest::test
