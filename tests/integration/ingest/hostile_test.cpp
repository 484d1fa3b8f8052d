// Hostile data (F24): whatever a file holds, a reject or an error says which, where and why.
#include <zlib.h>

#include <cstdlib>
#include <tuple>

#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {
namespace {

using std::string_literals::operator""s;

bool whole() {
  const char* asked = std::getenv("SLIPWAY_TESTS_LONG");
  return asked != nullptr && *asked != 0;
}

// So many MiB of one letter between two texts, as a few hundred KiB of gzip.
void write_bomb(const Path& path, std::string_view before, int mib, std::string_view behind) {
  gzFile out = ::gzopen(path.c_str(), "wb1");
  const std::string piece(1 << 20, 'x');
  ::gzwrite(out, before.data(), static_cast<unsigned>(before.size()));
  for (int i = 0; i < mib; ++i) ::gzwrite(out, piece.data(), static_cast<unsigned>(piece.size()));
  ::gzwrite(out, behind.data(), static_cast<unsigned>(behind.size()));
  ::gzclose(out);
}

// What it needs of memory is measured by tests/e2e/flat_memory.
TEST(Hostile, ALineOfAGigabyteIsAReject) {
  const int mib = whole() ? 1024 : 60;
  for (const auto& [name, before, behind] :
       {std::tuple{"t.csv.gz", "id,note\n1,a\n2,", "\n3,c\n"},
        std::tuple{"t.ndjson.gz", "{\"id\":1}\n{\"id\":2,\"note\":\"", "\"}\n{\"id\":3}\n"},
        std::tuple{"t.json.gz", "[{\"id\":1},{\"id\":2,\"note\":\"", "\"},{\"id\":3}]"}}) {
    Portal portal;
    portal.schema("CREATE TABLE t (id int, note text)");
    write_bomb(portal.folder() / name, before, mib, behind);
    portal.table("t", name);
    portal.allow(1);
    portal.built();
    EXPECT_EQ(portal.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"), "1 3") << name;
  }
}

TEST(Hostile, AQuoteThatIsNeverClosedIsAnErrorAtItsLine) {
  Portal portal;
  portal.schema("CREATE TABLE t (id int, note text)");
  write_bomb(portal.folder() / "t.csv.gz", "id,note\n1,a\n2,\"", 40, "\n3,c\n");
  portal.table("t", "t.csv.gz");
  portal.allow(100);
  const Result<Report> report = portal.build();
  ASSERT_FALSE(report);
  EXPECT_NE(report.error().text().find("t.csv.gz:3: the quote that opens here is not closed within 16 MiB"),
            std::string::npos)
      << report.error().text();
}

// Each of these rows is refused alone, with its line, and the ones around it are loaded.
TEST(Hostile, BrokenBytesSpoilTheirOwnRowOnly) {
  struct File {
    const char* name;
    std::string content;
  };
  const std::string deep = std::string(3000, '[') + std::string(3000, ']');
  const File files[] = {
      {"t.csv", "id,note\n1,a\n2,\xff\xfe\n3,x"s + '\0' + "y\n4,\xed\xa0\x80\n5,a\"b\n6,\"a\"b\n7,z\n"},
      {"t.tsv",
       "id\tnote\n1\ta\n2\t\xc0\xaf\n3\tx"s + '\0' + "\n4\t\xf5\x80\x80\x80\n5\t\"a\"b\n6\tx\ty\n7\tz\n"},
      {"t.ndjson",
       "{\"id\":1}\n{\"id\":2,\"note\":\"\xff\"}\n{\"id\":3,\"note\":\"\\u0000\"}\n{\"id\":4,\"note\":" +
           deep + "}\n{\"id\":5\n{\"id\":6}}\n{\"id\":7}\n"},
      {"t.json",
       "[{\"id\":1},\n{\"id\":2,\"note\":\"\xff\"},\n{\"id\":3,\"note\":\"\\u0000\"},\n{\"id\":4,\"note\":" +
           deep + "},\n{\"id\":5,},\n[6],\n{\"id\":7}]\n"},
      {"t.copy", "1\ta\n2\t\\xff\n3\tx\\0y\n4\t\xed\xa0\x80\n5\ta\tb\n6\n7\tz\n"},
  };
  for (const File& file : files) {
    Portal portal;
    portal.schema("CREATE TABLE t (id int, note text)");
    portal.file(file.name, file.content);
    portal.table("t", file.name);
    portal.allow(5);
    if (std::string_view(file.name) == "t.copy") {
      config::FileSource& source = portal.pipeline().sources.at("t_files");
      source.format = config::FileFormat::text;
      source.dialect.names = {"id", "note"};
    }
    const Report report = portal.built();
    EXPECT_EQ(report.tables.at("t").rejected, 5) << file.name;
    EXPECT_EQ(portal.value("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t"), "1 7") << file.name;
    const int first = file.content.starts_with("id") ? 2 : 1;
    const std::string log =
        portal.read("rejects/" + Path(report.tables.at("t").reject_files.at(1)).filename().string());
    for (int line = first + 1; line < first + 6; ++line)
      EXPECT_NE(log.find(fmt::format("\"file\":\"{}\",\"line\":{},", file.name, line)), std::string::npos)
          << log;
  }
}

}  // namespace
}  // namespace slipway::ingest::test
