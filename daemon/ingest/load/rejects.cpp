#include "daemon/ingest/load/rejects.hpp"

#include <unistd.h>

#include <tuple>

#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t first_max = 3;

Done write(std::FILE* file, const Path& path, std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
    return errno_error(fmt::format("cannot write {}", path.string()));
  return {};
}

// The ending by which a file of that format is known again.
std::string_view ending_of(const FileKind& kind) {
  switch (kind.format) {
    case Format::csv:
      return kind.delimiter == '\t' ? ".tsv" : ".csv";
    case Format::text:
      return ".txt";
    case Format::ndjson:
      return ".ndjson";
    case Format::json:
      return ".json";
  }
  return "";
}

std::string limit_text(const config::Rejects& limits) {
  std::string text;
  if (limits.max_set) text = fmt::format("max {}", limits.max);
  if (limits.max_percent_set)
    text += fmt::format("{}max_percent {:g}%", text.empty() ? "" : ", ", limits.max_percent);
  return text.empty() ? "none allowed" : text;
}

}  // namespace

bool too_many_already(const config::Rejects& limits, std::int64_t rejected) {
  if (limits.max_set) return rejected > limits.max;
  return !limits.max_percent_set && rejected > 0;
}

bool too_many(const config::Rejects& limits, std::int64_t rejected, std::int64_t read) {
  const double percent = read > 0 ? 100.0 * static_cast<double>(rejected) / static_cast<double>(read) : 0;
  return too_many_already(limits, rejected) || (limits.max_percent_set && percent > limits.max_percent);
}

Rejects::Pair& Rejects::name_files_for(std::size_t file) {
  Pair& pair = pairs_[file];
  if (!pair.rows_path.empty()) return pair;
  const Input& input = plan_.files[file].input;
  std::string stem = plan_.table.name + "." + input.path.filename().string();
  // Files of the same name in different folders.
  for (const auto& [other, taken] : pairs_)
    if (other != file && plan_.files[other].input.path.filename() == input.path.filename())
      stem = fmt::format("{}.{}", plan_.table.name + "." + input.path.filename().string(), file);
  pair.rows_path = folder_ / fmt::format("{}.rejects{}", stem, ending_of(input.kind));
  pair.log_path = folder_ / (stem + ".rejects.log");
  return pair;
}

Done Rejects::go_on(std::size_t file, std::int64_t count, std::int64_t rows_bytes, std::int64_t log_bytes) {
  if (count == 0) return {};
  Pair& pair = name_files_for(file);
  pair.array = pair.any = plan_.files[file].input.kind.format == Format::json;
  for (const auto& [path, bytes, handle] : {std::tuple(&pair.rows_path, rows_bytes, &pair.rows),
                                            std::tuple(&pair.log_path, log_bytes, &pair.log)}) {
    if (::truncate(path->c_str(), bytes) != 0)
      return errno_error(fmt::format("cannot cut {}", path->string()));
    handle->reset(std::fopen(path->c_str(), "ae"));
    if (!*handle) return errno_error(fmt::format("cannot write {}", path->string()));
  }
  count_ += count;
  return {};
}

Result<std::pair<std::int64_t, std::int64_t>> Rejects::lengths(std::size_t file) const {
  const auto found = pairs_.find(file);
  if (found == pairs_.end()) return std::pair<std::int64_t, std::int64_t>();
  const Input rows = TRY(look_at(found->second.rows_path));
  const Input log = TRY(look_at(found->second.log_path));
  return std::pair(rows.bytes, log.bytes);
}

Result<Rejects::Pair*> Rejects::files_for(std::size_t file) {
  Pair& pair = name_files_for(file);
  if (pair.rows) return &pair;
  TRY(real_files().make_folders(folder_));
  pair.rows.reset(std::fopen(pair.rows_path.c_str(), "we"));
  if (!pair.rows) return errno_error(fmt::format("cannot write {}", pair.rows_path.string()));
  pair.log.reset(std::fopen(pair.log_path.c_str(), "we"));
  if (!pair.log) return errno_error(fmt::format("cannot write {}", pair.log_path.string()));
  pair.array = plan_.files[file].input.kind.format == Format::json;
  TRY(write_line(pair, plan_.files[file].raw_header));
  return &pair;
}

// As it stood; its line end is made up where the file ended without one.
Done Rejects::write_line(Pair& pair, std::string_view raw) {
  if (raw.empty()) return {};
  TRY(write(pair.rows.get(), pair.rows_path, raw));
  if (raw.back() != '\n') TRY(write(pair.rows.get(), pair.rows_path, "\n"));
  return {};
}

// An array in, an array out.
Done Rejects::write_element(Pair& pair, std::string_view raw) {
  if (raw.empty()) return {};
  TRY(write(pair.rows.get(), pair.rows_path, pair.any ? ",\n" : "[\n"));
  pair.any = true;
  return write(pair.rows.get(), pair.rows_path, raw);
}

Done Rejects::add(const Origin& origin, const Refusal& refusal) {
  Pair& pair = *TRY(files_for(origin.file));
  TRY(pair.array ? write_element(pair, origin.raw) : write_line(pair, origin.raw));
  const Input& input = plan_.files[origin.file].input;
  const std::string value = shown(refusal.value);
  TRY(write(pair.log.get(), pair.log_path,
            fmt::format("{{\"file\":{},\"line\":{},\"byte\":{},\"column\":{},\"value\":{},\"reason\":{}}}\n",
                        json_string(input.shown), origin.line, origin.offset,
                        refusal.column.empty() ? "null" : json_string(refusal.column), json_string(value),
                        json_string(shown_long(refusal.reason)))));
  if (first_.size() < first_max)
    first_.push_back(fmt::format("{}:{}: {}{}", input.shown, origin.line,
                                 refusal.column.empty() ? "" : refusal.column + ": ",
                                 shown_long(refusal.reason)));
  if (plan_.config->duplicates == config::Duplicates::reject) rows_.emplace(origin.file, origin.offset);
  ++count_;
  return {};
}

Done Rejects::start_over() {
  for (auto& [file, pair] : pairs_) {
    pair.rows.reset();
    pair.log.reset();
    TRY(real_files().remove(pair.rows_path));
    TRY(real_files().remove(pair.log_path));
  }
  pairs_.clear();
  first_.clear();
  rows_.clear();
  count_ = 0;
  return {};
}

Done Rejects::finish() {
  for (auto& [file, pair] : pairs_) {
    if (pair.array && !pair.closed) TRY(write(pair.rows.get(), pair.rows_path, pair.any ? "\n]\n" : "[]\n"));
    pair.closed = true;
  }
  return flush();
}

Done Rejects::flush() {
  for (auto& [file, pair] : pairs_) {
    if (std::fflush(pair.rows.get()) != 0)
      return errno_error(fmt::format("cannot write {}", pair.rows_path.string()));
    if (std::fflush(pair.log.get()) != 0)
      return errno_error(fmt::format("cannot write {}", pair.log_path.string()));
  }
  return {};
}

std::vector<std::string> Rejects::files() const {
  std::vector<std::string> names;
  for (const auto& [file, pair] : pairs_) {
    names.push_back(pair.rows_path.string());
    names.push_back(pair.log_path.string());
  }
  return names;
}

Done Rejects::judge(std::int64_t read) const {
  if (!too_many(limits_, count_, read)) return {};
  std::string text = fmt::format("table {}: {} of {} rows read so far were rejected; the limit is: {}",
                                 plan_.table.name, count_, read, limit_text(limits_));
  for (const std::string& one : first_) text += "\n    " + one;
  if (count_ > static_cast<std::int64_t>(first_.size())) text += "\n    …";
  return Error(Kind::refused, std::move(text))
      .next(fmt::format("every reject is explained in {}; mend the source, or raise `rejects`",
                        pairs_.begin()->second.log_path.string()));
}

}  // namespace slipway::ingest
