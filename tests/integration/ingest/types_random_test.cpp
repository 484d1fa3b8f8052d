// Random spellings of every type that has an encoder, valid and not: what the build stores, and what it
// refuses, is what the server does with the same text. A thousand a type; ten million in all with
// SLIPWAY_TESTS_LONG.
#include <cstdlib>
#include <random>

#include "base/pg/identifier.hpp"
#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

// How values of a type look: # is a digit, % a hexadecimal one, everything else itself.
struct Kind {
  const char* type;
  std::vector<std::string> looks;
};

std::vector<Kind> kinds() {
  const std::vector<std::string> integers = {"#",
                                             "-#",
                                             "###",
                                             "-#####",
                                             "32767",
                                             "-32768",
                                             "3276#",
                                             "+#",
                                             "21474836##",
                                             "-21474836##",
                                             " # ",
                                             "0##",
                                             "922337203685477580#",
                                             "#.#",
                                             "#e#",
                                             "x"};
  const std::vector<std::string> numbers = {"#.#",
                                            "-##.####",
                                            ".##",
                                            "##.",
                                            "0.000####",
                                            "-0.0",
                                            "##########.##########",
                                            "#e##",
                                            "-#.#E-#",
                                            "#.####e+#",
                                            "NaN",
                                            "Infinity",
                                            "-inf",
                                            "1e3##",
                                            "###.##5",
                                            "00#.#00",
                                            "####################.#",
                                            "0.###############",
                                            "99#.99#",
                                            "1_000",
                                            "0x#",
                                            " #.# ",
                                            "-",
                                            "."};
  const std::vector<std::string> stamps = {"20##-0#-1#",
                                           "20##-0#-1# 0#:1#:2#",
                                           "19##-1#-2#T1#:3#:4#.###",
                                           "20##-02-29 23:59:5#.######Z",
                                           "20##-02-2# 23:59:59.#########",
                                           "20##-0#-1# 0#:1#:2#+0#",
                                           "20##-0#-1# 0#:1#:2#.#-0#:30",
                                           "0##1-0#-1# 0#:1#",
                                           "20##-0#-1#T0#:1#:2#-0#30",
                                           "#### -0#-1#",
                                           "####-##-##",
                                           "####-##-## ##:##:##.#+##",
                                           "infinity",
                                           "20##-#-#",
                                           "20##-0#-1#Z",
                                           "20##0#1# 0#1#2#"};
  const std::vector<std::string> times = {"0#:1#:2#",          "1#:5#",  "23:59:59.######", "##:##:##",
                                          "0#:1#:2#.########", "0#1#2#", "1#:00 PM",        "24:00:00",
                                          "1#:1#:1#Z"};
  const std::vector<std::string> documents = {"{\"a\": #}",
                                              "[#, -#.#e#, null, true]",
                                              "{\"a\":{\"b\":[]},\"a\":#}",
                                              "\"\\u00%%\"",
                                              "\"\\ud83d\\ude0%\"",
                                              "\"\\ud8%%\"",
                                              "{\"k\":\"a\\nb\\\\\"}",
                                              "#e###",
                                              "#.#E-##",
                                              "[[#],[#]",
                                              " # ",
                                              "tru%",
                                              "\"\\u0000\"",
                                              "{}",
                                              "-0",
                                              "#.#00",
                                              "0#",
                                              "{\"a\":1,}",
                                              "\"\t\""};
  const std::vector<std::string> addresses = {"1##.#.#.1##",
                                              "10.#.0.0/8",
                                              "192.168.#.0/24",
                                              "#.#.#.#/#",
                                              "#.#.#",
                                              "0##.1.1.1",
                                              "%%%%::%",
                                              "::1",
                                              "::/0",
                                              "2001:db8::%:%%/64",
                                              "2001:db8:%::/48",
                                              "::ffff:1.2.3.#",
                                              "%:%:%:%:%:%:%:%",
                                              "1::2::3",
                                              "10.0.0.#/3#",
                                              ":",
                                              "%%%%:%%%%:%%%%:%%%%:%%%%:%%%%:%%%%:%%%%/1##"};
  return {
      {"bool", {"t", "f", "true", "FALSE", "yes", "no", "on", "of", "1", "0", "#", " t", "tru", "y", "nope"}},
      {"int2", integers},
      {"int4", integers},
      {"int8", integers},
      {"float4", numbers},
      {"float8", numbers},
      {"numeric", numbers},
      {"numeric(5,2)", numbers},
      {"numeric(3,-1)", numbers},
      {"text", {"abc#", "é#\t", "\\N", "\"%\"", ""}},
      {"varchar(3)", {"a#", "ab#", "abc#", "ab#   ", "éé#", "éé#é", "  ", "日本#語"}},
      {"char(3)", {"a#", "ab#", "abc#", "ab#   ", "éé#", "éé#é", "  "}},
      {"bytea", {"\\x%%", "\\x%%%%%%", "\\x%", "plain %", "\\\\", "a\\00#", "\\x% %", "é", "\\#", "\\x"}},
      {"uuid",
       {"%%%%%%%%-%%%%-%%%%-%%%%-%%%%%%%%%%%%", "{%%%%%%%%-%%%%-%%%%-%%%%-%%%%%%%%%%%%}",
        "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%", "%%%%%%%%-%%%%-%%%%-%%%%-%%%%%%%%%%%"}},
      {"date", stamps},
      {"timestamp", stamps},
      {"timestamptz", stamps},
      {"timestamptz(1)", stamps},
      {"time", times},
      {"time(2)", times},
      {"interval",
       {"# days",
        "# day 0#:1#:2#",
        "-# days +0#:1#:2#.###",
        "# years # mons -# days",
        "P#Y#M#DT#H#M#S",
        "PT##M",
        "P#W",
        "PT#.#S",
        "-0#:1#:2#",
        "# weeks ago",
        "#.# hours",
        "# day # day",
        "# hours # minutes # seconds",
        "#",
        "1#:2#",
        "P",
        "PT",
        "P-#M",
        "@ # day",
        "# mons 0#:1#:2#.######",
        "# fortnights",
        "-P#D",
        "+# days -1#:2#:3#",
        "# month # week",
        "#### years",
        "P####-0#-1#"}},
      {"interval(0)", {"0#:1#:2#.###", "# days 0#:1#:2#.5"}},
      {"json", documents},
      {"jsonb", documents},
      {"inet", addresses},
      {"cidr", addresses},
      {"mood", {"glad", "sad", "so so", "Glad", "gla%", ""}},
      {"int4[]",
       {"{#,##,NULL}", "{}", "{ # , \"##\" }", "{{#,#},{#,#}}", "{null,nULL}", "[0:1]={#,#}", "{#,}",
        "{\"#\"}", "{#", "#", "{#}x", " {#} ", "{x}", "{{#},{}}", "{21474836##}"}},
      {"text[]",
       {"{a,\"b c\",\"d\\\\e\"}", "{ a b , c# }", "{\"NULL\",NULL}", "{a\\,b}", "{\"a\"b}", "{\"\"}", "{,}",
        "{é,\"{}\"}", "{\"a\\\"#\"}", "{\"a,#\"}", "{a\"b\"}", "{\ta\n}"}},
      {"numeric(5,2)[]", {"{#.#,##.##5}", "{###.##}", "{####}", "{NaN}"}},
      {"varchar(3)[]", {"{ab#,a}", "{abc#}", "{\"ab#  \"}"}},
      {"timestamptz[]", {"{\"20##-0#-1# 0#:1#:2#Z\"}", "{20##-0#-1#,NULL}", "{noon!}"}},
      {"uuid[]", {"{%%%%%%%%-%%%%-%%%%-%%%%-%%%%%%%%%%%%}", "{%}"}},
      {"jsonb[]", {"{\"{\\\"a\\\": #}\",#}", "{[#}", "{{#}}"}},
      {"bytea[]", {"{\"\\\\x%%\"}", "{abc}"}},
      {"inet[]", {"{#.#.#.#,::%}", "{x}"}},
      {"mood[]", {"{glad,sad}", "{NULL,gla}", "{\"so so\"}"}},
  };
}

std::string filled(const std::string& look, std::mt19937& random) {
  constexpr std::string_view odd = " -+:.,0123456789eTZPx/\"\\{}";
  std::string text;
  for (const char c : look)
    text += c == '#'   ? static_cast<char>('0' + random() % 10)
            : c == '%' ? "0123456789abcdefABCDEF"[random() % 22]
                       : c;
  if (random() % 8 != 0) return text;
  const std::size_t at = random() % (text.size() + 1);
  // A byte of a character is never touched: broken UTF-8 is another test's matter.
  if (at < text.size() && static_cast<signed char>(text[at]) < 0) return text;
  if (random() % 2 == 0 && at < text.size())
    text.erase(at, 1);
  else
    text.insert(at, 1, odd[random() % odd.size()]);
  return text;
}

std::string csv_field(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

constexpr const char* mood = "CREATE TYPE mood AS ENUM ('sad', 'glad', 'so so');";

// A table for each type, and one of the texts themselves.
void compare(int rows, std::mt19937& random) {
  Portal portal;
  const std::vector<Kind> all = kinds();
  std::string schema = mood;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = fmt::format("t{}", i);
    schema += fmt::format("CREATE TABLE {0} (n int, v {1}); CREATE TABLE {0}_text (n int, v text);", name,
                          all[i].type);
    std::string csv = "n,v\n";
    for (int row = 0; row < rows; ++row)
      csv += fmt::format("{},{}\n", row,
                         csv_field(filled(all[i].looks[random() % all[i].looks.size()], random)));
    portal.file(name + ".csv", csv);
    portal.table(name, name + ".csv");
    portal.table(name + "_text", name + ".csv");
  }
  portal.schema(schema);
  portal.allow(rows);
  const Report report = portal.built();
  for (const std::string& line : portal.listener.lines)
    EXPECT_EQ(line.find("goes by text COPY"), std::string::npos) << line;
  portal.run("SET timezone = 'UTC'");
  for (std::size_t i = 0; i < all.size(); ++i) {
    // An assignment to a variable of the type, as COPY in text format reads it.
    portal.run(fmt::format(
        "CREATE FUNCTION read{0}(v text) RETURNS text LANGUAGE plpgsql SET timezone = 'UTC' AS $$ DECLARE x "
        "{1}; "
        "BEGIN x := v; RETURN 'is ' || x::text; EXCEPTION WHEN OTHERS THEN RETURN 'refused'; END $$",
        i, all[i].type));
    EXPECT_EQ(
        portal.rows(fmt::format("SELECT * FROM (SELECT s.v, read{0}(s.v) AS server, coalesce('is ' || "
                                "t.v::text, 'refused') AS ours "
                                "FROM t{0}_text s LEFT JOIN t{0} t USING (n)) x WHERE server <> ours LIMIT 5",
                                i)),
        "")
        << all[i].type;
    EXPECT_EQ(report.tables.at(fmt::format("t{}_text", i)).loaded, rows);
  }
}

TEST(TypesAtRandom, AreReadAsPostgresqlReadsThem) {
  const char* given = std::getenv("SLIPWAY_SEED");
  const unsigned seed = given ? static_cast<unsigned>(std::atol(given)) : std::random_device()();
  SCOPED_TRACE(testing::Message() << "SLIPWAY_SEED=" << seed);
  std::mt19937 random(seed);
  const char* asked = std::getenv("SLIPWAY_TESTS_LONG");
  const bool whole = asked != nullptr && *asked != 0;
  const long wanted = whole ? 10'000'000 : 0;
  const int rows = whole ? 20'000 : 700;
  long done = 0;
  do {
    compare(rows, random);
    done += rows * static_cast<long>(kinds().size());
  } while (done < wanted && !testing::Test::HasFailure());
  testing::Test::RecordProperty("values", std::to_string(done));
}

}  // namespace
}  // namespace slipway::ingest::test
