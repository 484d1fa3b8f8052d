// Rows that are written into the table's files past the server lie there as the server itself would have laid
// them, bit for bit.
#include <algorithm>
#include <random>

#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

constexpr const char* columns_sql =
    "CREATE TABLE thing (a bool, b int2, c int4, gone text, d int8, e float4, f float8, g numeric, h "
    "numeric(8,3), "
    "  i text, j varchar(5), k char(4), l bytea, m uuid, n date, o time, p timestamp, q timestamptz(2), r "
    "interval, "
    "  s json, t jsonb, u inet, v cidr, w text[], x bigint[], y numeric(6,2)[], z jsonb[], unplanned int);"
    "ALTER TABLE thing DROP COLUMN gone;";

class Rows {
 public:
  explicit Rows(std::uint32_t seed) : random_(seed) {}

  std::string file(int rows) {
    std::string text = "a\tb\tc\td\te\tf\tg\th\ti\tj\tk\tl\tm\tn\to\tp\tq\tr\ts\tt\tu\tv\tw\tx\ty\tz\n";
    for (int row = 0; row < rows; ++row) {
      const bool sparse = row % 3 == 0;
      for (char column = 'a'; column <= 'z'; ++column) {
        text += sparse && below(2) == 0 ? "" : value(column);
        text += column == 'z' ? '\n' : '\t';
      }
    }
    return text;
  }

  // Without \u escapes of half a character, and with each thing that jsonb treats in its own way.
  std::string json(int depth) {
    switch (below(depth > 3 ? 5 : 8)) {
      case 0:
        return "null";
      case 1:
        return below(2) == 0 ? "true" : "false";
      case 2:
        return number();
      case 3:
        return string();
      case 4:
        return below(2) == 0 ? "[]" : "{ }";
      default:
        break;
    }
    // Some with more children than get a length each.
    const int count = static_cast<int>(below(20) == 0 ? 70 + below(60) : below(6));
    std::string text;
    const bool object = below(2) == 0;
    for (int i = 0; i < count; ++i)
      text +=
          (i > 0 ? ", " : "") + (object ? string() + ": " : "") + (count > 6 ? number() : json(depth + 1));
    return object ? "{" + text + "}" : "[" + text + "]";
  }

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
  std::string digits(std::uint32_t most) {
    std::string text;
    for (std::uint32_t left = 1 + below(most); left > 0; --left) text += static_cast<char>('0' + below(10));
    return text;
  }
  std::string number() {
    constexpr const char* odd[] = {"0",      "-0",         "0.00",      "10000", "100000000",
                                   "0.0001", "0.00010000", "9999.9999", "-1.50"};
    if (below(3) == 0) return odd[below(std::size(odd))];
    const std::string whole = std::to_string(1 + below(9)) + (below(2) == 0 ? "" : digits(30));
    return (below(2) == 0 ? "-" : "") + whole + (below(2) == 0 ? "" : "." + digits(20));
  }
  std::string string() {
    constexpr const char* odd[] = {
        "", "a", "b", "ab", "é", "\\n\\t\\\"\\\\\\/\\b\\f\\r", "\\u00e9\\u20ac", "\\ud83d\\ude00x", "key"};
    return '"' + (below(2) == 0 ? std::string(odd[below(std::size(odd))]) : digits(12)) + '"';
  }
  std::string decimal(std::uint32_t whole, std::uint32_t behind) {
    return (below(2) == 0 ? "-" : "") + digits(whole) + "." + digits(behind);
  }
  // Also empty, with NULLs, with two dimensions, and with other lower bounds.
  template <class Element>
  std::string array(const Element& element) {
    const auto list = [&](std::uint32_t count) {
      std::string text;
      for (std::uint32_t i = 0; i < count; ++i)
        text += (i > 0 ? "," : "") + (below(10) == 0 ? std::string("NULL") : element());
      return "{" + text + "}";
    };
    const std::uint32_t count = 1 + below(9);
    switch (below(8)) {
      case 0:
        return "{}";
      case 1:
        return "\"{" + list(count) + "," + list(count) + "," + list(count) + "}\"";
      case 2:
        return fmt::format("\"[5:{}]=", 4 + count) + list(count) + '"';
      default:
        return '"' + list(count) + '"';
    }
  }
  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
  }
  std::string moment() {
    return fmt::format("2{:03}-{:02}-{:02} {:02}:{:02}:{:02}.{}", below(1000), 1 + below(12), 1 + below(28),
                       below(24), below(60), below(60), digits(6));
  }
  std::string value(char column) {
    constexpr const char* words[] = {"", "x", "é", "ab ", "abc  ", "日本", "abcd"};
    switch (column) {
      case 'a':
        return below(2) == 0 ? "t" : "f";
      case 'b':
        return std::to_string(static_cast<int>(below(65536)) - 32768);
      case 'c':
        return "-" + digits(9);
      case 'd':
        return digits(18);
      case 'e':
        return decimal(5, 3);
      case 'f':
        return decimal(12, 8);
      case 'g':
        return below(5) == 0 ? number() : decimal(40, 30);
      case 'h':
        return decimal(4, 6);
      case 'i':
        return quoted(std::string(below(8) == 0 ? below(200) : below(20), 'x') +
                      words[below(std::size(words))]);
      case 'j':
        return quoted(words[below(std::size(words))]);
      case 'k':
        return quoted(words[below(std::size(words))]);
      case 'l':
        return "\\x" + std::string(2 * below(100), 'a');
      case 'm':
        return fmt::format("{:08x}-0000-4000-8000-{:012x}", random_() & 0xffffffffU, random_() & 0xffffffffU);
      case 'n':
        return moment().substr(0, 10);
      case 'o':
        return moment().substr(11);
      case 'p':
        return moment();
      case 'q':
        return moment() + "+02";
      case 'r':
        return fmt::format("{} years -{} days {}:00:0{}.5", below(90), below(40), below(50), below(10));
      case 's':
      case 't':
        return quoted(json(0));
      case 'u':
        return below(2) == 0 ? fmt::format("10.{}.0.{}/24", below(256), below(256))
                             : fmt::format("2001:db8::{:x}", below(65536));
      case 'v':
        return below(2) == 0 ? fmt::format("10.{}.0.0/16", below(256)) : "2001:db8::/32";
      case 'w':
        return array([&] { return "\"\"" + std::string(below(30), 'y') + words[below(3)] + "\"\""; });
      case 'x':
        return array([&] { return "-" + digits(17); });
      case 'y':
        return array([&] { return digits(4) + "." + digits(5); });
      default:
        return array([&] { return below(2) == 0 ? "true" : "1" + digits(5); });
    }
  }

  std::mt19937 random_;
};

std::uint32_t seed() {
  const char* given = std::getenv("SLIPWAY_SEED");
  const std::uint32_t seed =
      given != nullptr ? static_cast<std::uint32_t>(std::atoll(given)) : std::random_device{}();
  std::printf("SLIPWAY_SEED=%u\n", seed);
  return seed;
}

// The rows as they lie on the table's pages, but for where and by which transaction; without those that have
// values elsewhere, by an oid that is another each time.
std::vector<std::string> laid(Portal& portal) {
  portal.run("CREATE EXTENSION pageinspect");
  const pg::Rows rows = portal.run(
      "SELECT concat_ws(' ', t_infomask2, t_infomask, t_hoff, t_bits, t_data) "
      "FROM generate_series(0, pg_relation_size('thing') / 8192 - 1) block, "
      "heap_page_items(get_raw_page('thing', block::int)) WHERE t_infomask & 4 = 0 ORDER BY 1");
  std::vector<std::string> all;
  for (int i = 0; i < rows.size(); ++i) all.push_back(rows.string(i, 0));
  return all;
}

TEST(Heap, EveryTypeLiesAsTheServerLaysIt) {
  const std::string file = Rows(seed()).file(3'000);
  Portal past, through;
  for (Portal* portal : {&past, &through}) {
    portal->schema(columns_sql);
    portal->file("thing.tsv", file);
    portal->table("thing", "thing.tsv");
  }
  through.writes_pages = false;
  const Report report = past.built();
  ASSERT_EQ(report.tables.at("thing").loaded, 3'000) << past.listener.all_lines();
  EXPECT_EQ(through.built().tables.at("thing").past_server, 0);
  // Few numbers are too long for us, and those rows come last.
  EXPECT_GT(report.tables.at("thing").past_server, 2'000);
  const std::vector<std::string> ours = laid(past), theirs = laid(through);
  std::vector<std::string> strange;
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(strange));
  EXPECT_EQ(strange.size(), 0U);
  if (!strange.empty())
    ADD_FAILURE() << strange.front() << "\n"
                  << *std::lower_bound(theirs.begin(), theirs.end(), strange.front());
  EXPECT_EQ(ours.size(), theirs.size());
  EXPECT_EQ(past.damage("thing"), "");
}

}  // namespace
}  // namespace slipway::ingest::test
