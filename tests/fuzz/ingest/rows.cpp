// Readers of rows: the same rows come out whatever the pieces are in which the bytes come in, and what they
// call a row's bytes is what stands there.
#include "daemon/ingest/format/delimited.hpp"
#include "daemon/ingest/format/json_reader.hpp"
#include "daemon/ingest/format/ndjson.hpp"
#include "tests/fuzz/ingest/targets.hpp"
#include "tests/unit/ingest/memory_stream.hpp"

namespace slipway::fuzz {
namespace {

using namespace ingest;
using ingest::test::MemoryStream;

constexpr std::string_view separators("\0\1\2", 3);

// Everything that a reader says of a file, as one text.
std::string all_rows(RowReader& reader, std::string_view bytes) {
  std::string out;
  Row row;
  std::int64_t behind = 0;
  std::int64_t line = 1;
  while (true) {
    Result<bool> more = reader.next(row);
    if (!more) return out + more.error().text();
    if (!*more) return out;
    const std::size_t offset = static_cast<std::size_t>(row.offset);
    must(row.offset >= behind && offset + row.raw.size() <= bytes.size(), "rows stand one behind another");
    must(bytes.substr(offset, row.raw.size()) == row.raw, "a row's bytes are those of the file");
    must(row.line >= line, "lines are counted upwards");
    behind = row.offset + static_cast<std::int64_t>(row.raw.size());
    line = row.line;
    // How a JSON error is worded may depend on what stands behind the row.
    out += fmt::format("{}{}{}{}", separators[2], row.line, row.problem.empty() ? "" : "bad", separators[1]);
    if (!row.problem.empty()) continue;
    for (const Field& field : row.fields) {
      out += static_cast<char>(field.cell);
      out += field.text();
      out += separators[0];
    }
  }
}

template <class Open>
void same_in_any_pieces(std::string_view bytes, const Open& open) {
  std::string whole;
  for (const std::size_t piece : {std::size_t{8} << 10, std::size_t{1}, std::size_t{13}}) {
    MemoryStream stream{std::string(bytes), piece};
    std::string seen = open(stream, piece);
    if (piece == std::size_t{8} << 10)
      whole = std::move(seen);
    else
      must(seen == whole, "the rows are the same in any pieces");
  }
}

void delimited(std::string_view bytes, Format format, const Dialect& dialect) {
  same_in_any_pieces(bytes, [&](MemoryStream& stream, std::size_t piece) {
    auto reader = open_delimited(stream, "x", format, dialect, piece);
    return reader ? all_rows(**reader, bytes) : reader.error().text();
  });
}

}  // namespace

// The first byte chooses the dialect.
void csv(std::string_view bytes) {
  if (bytes.empty()) return;
  const unsigned choice = static_cast<unsigned char>(bytes[0]);
  Dialect dialect;
  dialect.delimiter = (choice & 1) != 0 ? ';' : ',';
  if ((choice & 2) != 0) dialect.escape = '\\';
  if ((choice & 4) != 0) dialect.quote = dialect.escape = 0;
  if ((choice & 8) != 0) dialect.nulls = {"NA", ""};
  dialect.header = (choice & 16) == 0;
  delimited(bytes.substr(1), Format::csv, dialect);
}

void copy_text(std::string_view bytes) {
  delimited(bytes, Format::text, dialect_of({}, Format::text, '\t'));
}

namespace {

JsonShape shape() {
  JsonShape shape;
  shape.want_key("a", {0, false});
  shape.want_pointer("/b/0", {1, false});
  shape.want_pointer("/b", {2, true});
  shape.want_key("", {3, true});
  return shape;
}

}  // namespace

void ndjson(std::string_view bytes) {
  const JsonShape wanted = shape();
  same_in_any_pieces(bytes, [&](MemoryStream& stream, std::size_t piece) {
    return all_rows(*ndjson_reader(stream, wanted, piece), bytes);
  });
}

void json(std::string_view bytes) {
  const JsonShape wanted = shape();
  same_in_any_pieces(bytes, [&](MemoryStream& stream, std::size_t piece) {
    return all_rows(*json_reader(stream, "x", wanted, piece), bytes);
  });
}

}  // namespace slipway::fuzz
