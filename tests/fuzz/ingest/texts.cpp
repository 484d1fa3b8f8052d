// Parsers of single texts: values of every type, JSON pointers, SQL files, the config.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/config/config.hpp"
#include "daemon/ingest/columns/encode.hpp"
#include "daemon/ingest/columns/encode_array.hpp"
#include "daemon/ingest/format/json_row.hpp"
#include "daemon/ingest/format/json_text.hpp"
#include "daemon/ingest/heap/tuple.hpp"
#include "daemon/ingest/sql/split.hpp"
#include "daemon/ingest/text.hpp"
#include "tests/fuzz/ingest/targets.hpp"

namespace slipway::fuzz {
namespace {

using namespace ingest;

constexpr const char* types[] = {"bool",     "int2",   "int4",  "int8", "float4", "float8",     "numeric",
                                 "text",     "bpchar", "bytea", "uuid", "date",   "time",       "timestamp",
                                 "interval", "json",   "jsonb", "inet", "cidr",   "timestamptz"};

// A row of one value, into a row on disk.
void lay_out(const TypeInfo& type, std::string_view length_and_bytes, bool doubtful) {
  Layout layout = layout_of(type);
  if (layout.lay_out == nullptr) return;
  layout.doubtful = doubtful;
  const std::string row = std::string("\0\1", 2).append(length_and_bytes);
  must(row_size(row) == row.size(), "a row's size is known");
  TupleMaker maker({0}, {layout});
  if (maker.make(row)) must(maker.view().size() > 24, "a row on disk has a header and a value");
}

// As an upstream may send it: nobody has looked at it.
void lay_out_doubtful(const TypeInfo& type, std::string_view version, std::string_view bytes) {
  Out out;
  out.reserve(bytes.size() + version.size() + 4);
  out.int32(static_cast<std::int32_t>(bytes.size() + version.size()));
  out.bytes(version);
  out.bytes(bytes);
  lay_out(type, out.view(), true);
}

// What the promise to encoders is: valid text, and so much room.
void encode(const TypeInfo& type, std::string_view text) {
  Out out;
  out.reserve(2 * text.size() + 64);
  const std::size_t room = out.capacity();
  const Fit fit = type.encode(type, text, is_plain_ascii(text), out);
  must(type.element != nullptr || out.size() <= room, "an encoder stays in its room");
  must((fit == Fit::yes) == (out.size() > 0), "an encoder that does not know appends nothing");
  if (fit == Fit::no) (void)refusal_of(type, text);
  if (fit == Fit::yes) lay_out(type, out.view(), false);
}

}  // namespace

void values(std::string_view bytes) {
  for (const char* name : {"text", "varchar", "bpchar", "json", "jsonb"}) {
    TypeInfo type;
    type.base = name;
    type.length_max = 3;
    lay_out_doubtful(type, std::string_view(name) == "jsonb" ? "\1" : "", bytes);
  }
  if (!encoding_problem(bytes).empty()) return;
  for (const char* name : types) {
    TypeInfo type;
    type.name = type.base = name;
    type.encode = encoder_of(name);
    type.length_max = 3;
    type.precision = 5;
    type.scale = 2;
    encode(type, bytes);
    TypeInfo array;
    array.element = std::make_shared<TypeInfo>(type);
    array.encode = encode_array;
    encode(array, bytes);
  }
  if (!is_certain_json(bytes)) return;
  std::string literal;
  array_literal(bytes, literal);
}

// The first line is the pointer, the rest a document.
void pointer(std::string_view bytes) {
  const std::size_t line = std::min(bytes.find('\n'), bytes.size());
  JsonShape shape;
  shape.want_pointer(std::string("/").append(bytes.substr(0, line)), {0, true});
  const std::string document = std::string(bytes.substr(line)) + std::string(64, ' ');
  Row row;
  JsonRow reader(shape);  // owns the row's fields
  reader.parse(std::string_view(document).substr(0, document.size() - 64), false, row);
  if (row.problem.empty() && row.fields[0].cell == Cell::text)
    must(is_json_scalar(row.fields[0].text()) || !row.fields[0].text().empty(), "a value found is JSON");
}

void sql(std::string_view bytes) {
  const char* behind = bytes.data();
  for (const SqlStatement& statement : split_sql(bytes)) {
    must(statement.text.data() >= behind, "statements stand one behind another");
    behind = statement.text.data() + statement.text.size();
    must(behind <= bytes.data() + bytes.size(), "a statement is part of its file");
    must(statement.offset <= bytes.size(), "a statement begins in its file");
    must(position_of(bytes, statement.offset, "x").line >= 1, "lines are counted from 1");
  }
}

void yaml(std::string_view bytes) {
  const int fd = ::memfd_create("slipway.yaml", MFD_CLOEXEC);
  must(fd >= 0 && ::write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
       "the config was written");
  const Path path = fmt::format("/proc/self/fd/{}", fd);
  const Result<config::Config> config = config::load(path, "/");
  if (config)
    (void)config::with_defaults(*config);
  else
    must(!config.error().text().empty(), "an error says something");
  ::close(fd);
}

}  // namespace slipway::fuzz
