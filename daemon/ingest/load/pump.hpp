// Reads the files of a table one after another and hands every row on, counted.
#pragma once

#include <functional>

#include "daemon/ingest/format/row.hpp"
#include "daemon/ingest/plan.hpp"

namespace slipway::ingest {

struct FileCount {
  std::int64_t rows = 0;
  std::string digest;  // sha256 of the file as it lies on disk
};

// Of each file: how many rows it has. The sink is called with the file's index, the row, and the bytes of all
// files consumed so far, and may stop it all with an error.
using RowSink = std::function<Done(std::size_t file, const Row& row, std::int64_t bytes_read)>;
// Called when a file was read to its end.
using FileSink = std::function<void(std::size_t file, const FileCount& count)>;

// Where reading begins: behind these files, and behind so many rows of the next one.
struct ReadFrom {
  std::vector<FileCount> files = {};
  std::int64_t rows = 0;
};
Result<std::vector<FileCount>> read_rows(const TablePlan& plan, const RowSink& sink,
                                         const ReadFrom& from = {}, const FileSink& file_ends = {});

}  // namespace slipway::ingest
