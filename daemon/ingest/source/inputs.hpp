// Which files a pipeline names, and what each of them is: globs, formats by name, sizes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/config/pipeline.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "daemon/ingest/format/dialect.hpp"

namespace slipway::ingest {

enum class Compression { none, gzip, zstd };

struct FileKind {
  Format format = Format::csv;
  char delimiter = ',';  // a tab for .tsv
  Compression compression = Compression::none;
};

struct Input {
  Path path;
  std::string shown;  // relative to the config file where it lies below it: what messages say
  FileKind kind;
  Dialect dialect;
  std::int64_t bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::int64_t looked_ns = 0;  // when it was so
};

// By the name alone: .csv, .tsv, .ndjson, .jsonl, .json, each also with .gz or .zst. Anything else is
// Kind::usage, unless the format is given.
Result<FileKind> kind_of(std::string_view file_name, config::FileFormat format = config::FileFormat::by_name);

// The files that the patterns match, in the order of the patterns, each pattern's sorted, none twice.
// A pattern that matches nothing is Kind::usage at that position: nothing is ever taken as "no rows".
Result<std::vector<Path>> expand(const std::vector<std::string>& patterns, const Path& folder,
                                 const Position& at, std::string_view what);

Result<std::vector<Input>> inputs_of(const config::FileSource& source, const Path& folder);

// Size and times of change, now. An error where it is no regular file.
Result<Input> look_at(const Path& path);

}  // namespace slipway::ingest
