#include "daemon/ingest/source/inputs.hpp"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <initializer_list>
#include <unordered_set>

#include "daemon/ingest/source/file_tree.hpp"
#include "daemon/ingest/source/standard_input.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t max_files = 1'000'000;

std::string escaped(const std::string& literal) {
  std::string out;
  for (const char c : literal) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

Result<std::vector<Path>> matches(const std::string& pattern, const Path& folder) {
  if (goes_deep(pattern)) return match_tree(folder, pattern);
  const std::string full = pattern.starts_with('/') ? pattern : escaped(folder.string()) + "/" + pattern;
  glob_t found{};
  const int status = ::glob(full.c_str(), GLOB_ERR, nullptr, &found);
  std::vector<Path> paths;
  for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  if (status != 0 && status != GLOB_NOMATCH)
    return errno_error(fmt::format("cannot read the folder of {}", full));
  return paths;
}

bool strip(std::string_view& name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  return true;
}

}  // namespace

Result<FileKind> kind_of(std::string_view file_name, config::FileFormat format) {
  FileKind kind;
  std::string_view name = file_name;
  if (strip(name, ".gz"))
    kind.compression = Compression::gzip;
  else if (strip(name, ".zst"))
    kind.compression = Compression::zstd;
  // Whole files may have any name.
  if (format == config::FileFormat::documents || format == config::FileFormat::listing) return kind;
  const auto meant = [&](config::FileFormat wanted, std::initializer_list<std::string_view> endings) {
    if (format != config::FileFormat::by_name) return format == wanted;
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return name.ends_with(ending); });
  };
  if (meant(config::FileFormat::csv, {".csv"})) return kind;
  kind.delimiter = '\t';
  if (meant(config::FileFormat::tsv, {".tsv", ".tab"})) return kind;
  kind.format = Format::text;
  if (meant(config::FileFormat::text, {})) return kind;
  kind.format = Format::ndjson;
  if (meant(config::FileFormat::ndjson, {".ndjson", ".jsonl"})) return kind;
  kind.format = Format::json;
  if (meant(config::FileFormat::json, {".json"})) return kind;
  return error(Kind::usage, "cannot tell the format of {} by its name", file_name)
      .next(
          "name it .csv, .tsv, .ndjson, .jsonl or .json, each with .gz or .zst behind it where it is "
          "compressed; or say the source's `format`");
}

Result<std::vector<Path>> expand(const std::vector<std::string>& patterns, const Path& folder,
                                 const Position& at, std::string_view what) {
  std::vector<Path> all;
  std::unordered_set<std::string> known;
  for (const std::string& pattern : patterns) {
    const std::vector<Path> found = TRY(matches(pattern, folder));
    if (found.empty())
      return error(Kind::usage, "no file matches {} ({})", pattern, what)
          .at(at)
          .next(fmt::format("patterns are relative to {}", folder.string()));
    for (const Path& path : found)
      if (known.insert(path.string()).second) all.push_back(path);
    if (all.size() > max_files)
      return error(Kind::usage, "{} matches more than {} files ({})", pattern, max_files, what).at(at);
  }
  return all;
}

Result<Input> look_at(const Path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno_error(fmt::format("cannot look at {}", path.string()));
  if (!S_ISREG(status.st_mode)) return fail("{} is not a regular file", path.string());
  Input input;
  input.path = path;
  input.shown = path.string();
  input.bytes = status.st_size;
  input.mtime_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  input.ctime_ns = std::int64_t{status.st_ctim.tv_sec} * 1'000'000'000 + status.st_ctim.tv_nsec;
  input.inode = status.st_ino;
  input.looked_ns = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
  return input;
}

namespace {

Result<FileKind> kind_in(const config::FileSource& source, const std::string& name) {
  Result<FileKind> kind = kind_of(name, source.format);
  if (!kind) return std::move(kind).error().at(source.at);
  return kind;
}

Done finish_input(const config::FileSource& source, FileKind kind, Input& input) {
  const bool json = kind.format == Format::ndjson || kind.format == Format::json;
  const auto at = source.keys_at.find("dialect");
  if (json && at != source.keys_at.end())
    return error(Kind::usage, "{} is JSON, which has no `dialect`", input.shown).at(at->second);
  input.kind = kind;
  input.dialect = dialect_of(source.dialect, kind.format, kind.delimiter);
  return {};
}

Result<std::vector<Input>> standard_inputs(const config::FileSource& source) {
  if (source.patterns.size() > 1)
    return error(Kind::usage, "source {} reads standard input (`-`) and files; it can be only one of them",
                 source.name)
        .at(source.at);
  if (source.format == config::FileFormat::by_name)
    return error(Kind::usage, "source {} reads standard input, which has no name that tells its format",
                 source.name)
        .at(source.at)
        .next("say it: `format: csv`, tsv, text, ndjson or json");
  Input input = TRY(standard_input(source));
  FileKind kind = TRY(kind_in(source, ""));
  kind.compression = input.kind.compression;
  TRY(finish_input(source, kind, input));
  std::vector<Input> inputs;
  inputs.push_back(std::move(input));
  return inputs;
}

}  // namespace

Result<std::vector<Input>> inputs_of(const config::FileSource& source, const Path& folder) {
  if (reads_standard_input(source)) return standard_inputs(source);
  std::vector<Input> inputs;
  const std::string what = fmt::format("source {}", source.name);
  for (const Path& path : TRY(expand(source.patterns, folder, source.at, what))) {
    const FileKind kind = TRY(kind_in(source, path.filename().string()));
    Input input = TRY(look_at(path));
    const Path relative = path.lexically_relative(folder);
    if (!relative.empty() && *relative.begin() != "..") input.shown = relative.string();
    TRY(finish_input(source, kind, input));
    inputs.push_back(std::move(input));
  }
  return inputs;
}

}  // namespace slipway::ingest
