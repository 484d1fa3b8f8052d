// The rows of one table that were refused: each as it stood in its file, beside a log of why; and the limit
// on them.
#pragma once

#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "daemon/ingest/columns/row_encoder.hpp"
#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

// Is it already certain that so many rejects are too many? The percentage can only be judged at the end.
bool too_many_already(const config::Rejects& limits, std::int64_t rejected);
bool too_many(const config::Rejects& limits, std::int64_t rejected, std::int64_t read);

// Where a row stood; what a reject needs to be told apart and fed again.
struct Origin {
  std::size_t file = 0;
  std::int64_t line = 0;
  std::int64_t offset = 0;
  std::string_view raw;
};

using RejectedRows = std::set<std::pair<std::size_t, std::int64_t>>;  // file, byte where the row begins

class Rejects {
 public:
  Rejects(const TablePlan& plan, Path folder, config::Rejects limits)
      : plan_(plan), folder_(std::move(folder)), limits_(limits) {}

  Done add(const Origin& origin, const Refusal& refusal);
  // The table is loaded from the start again: forgets everything, files included.
  Done start_over();
  // A file's rejects so far stand in its reject file and log, which were so long: what comes behind that is
  // gone.
  Done go_on(std::size_t file, std::int64_t count, std::int64_t rows_bytes, std::int64_t log_bytes);
  // What was written so far is in the files when this returns.
  Done flush();
  // How long they are by now, after flush().
  Result<std::pair<std::int64_t, std::int64_t>> lengths(std::size_t file) const;
  // Everything is on its way to the disk when this returns.
  Done finish();

  std::int64_t count() const { return count_; }
  // Which rows they are; kept only where `duplicates: reject` needs it.
  const RejectedRows& rows() const { return rows_; }
  bool over_already() const { return too_many_already(limits_, count_); }
  std::vector<std::string> files() const;
  // Kind::refused, where they are more than allowed.
  Done judge(std::int64_t read) const;

 private:
  using Handle = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  struct Pair {
    Path rows_path;
    Path log_path;
    Handle rows{nullptr, std::fclose};
    Handle log{nullptr, std::fclose};
    bool array = false;   // the rows are elements of a JSON array
    bool any = false;     // of which there is one
    bool closed = false;  // and whose end is written
  };
  Result<Pair*> files_for(std::size_t file);
  static Done write_line(Pair& pair, std::string_view raw);
  static Done write_element(Pair& pair, std::string_view raw);
  Pair& name_files_for(std::size_t file);

  const TablePlan& plan_;
  Path folder_;
  config::Rejects limits_;
  std::map<std::size_t, Pair> pairs_;
  std::vector<std::string> first_;
  std::int64_t count_ = 0;
  RejectedRows rows_;
};

}  // namespace slipway::ingest
