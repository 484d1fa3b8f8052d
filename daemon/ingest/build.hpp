// Fills one database (or schema), empty or a copy of live, as a pipeline says: schema, load, indexes,
// ANALYZE; every row accounted for. It knows nothing of snapshots, servers or jobs.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/config/pipeline.hpp"
#include "base/error.hpp"
#include "base/pg/session.hpp"
#include "daemon/ingest/load/shift.hpp"

namespace slipway::config {
struct Config;
}

namespace slipway::ingest {

// What live has, for queries that ask.
struct LivePlace {
  std::string id;
  std::string conninfo;
  std::string schema = "public";
  bool beside = false;  // in the same database as the build: it can be read as it is
};

struct Request {
  const config::Config& config;
  const config::Pipeline& pipeline;
  std::string conninfo;           // a direct connection, as a role that may create, TRUNCATE and COPY there
  std::string schema = "public";  // where the tables go
  std::string owner;              // role that schema files run as (SET ROLE) and that owns what they make
  std::string reader;             // role that gets SELECT on everything
  long long fence = 0;  // every load transaction takes slipway_manifest's row with this fence FOR SHARE
  Path reject_folder;   // made if needed; one reject file and one reject log a source file with rejects
  std::vector<std::string> only;                       // tables; empty: all
  std::map<std::string, std::int64_t> live_rows = {};  // of live's tables; empty: nothing is live
  bool go_on = false;                                  // with what a build before this one left behind
  // A part of a table that is read from files ends behind so many bytes of them.
  std::int64_t part_bytes = std::int64_t{1} << 30;
  std::function<Done()> can_be_taken_over = {};  // called when it can
  // The snapshot that this one begins as a copy of; empty: it begins empty, and schema files make its tables.
  std::string copy_of = {};
  // The server is ours alone, and so are its files: rows may be written into them past it; see heap/.
  bool writes_pages = false;
  // What tables are read from is noted in the snapshot, for a build that begins with a copy of its files.
  bool notes_inputs = false;
  std::map<std::string, std::string> params = {};  // of queries and file patterns
  std::optional<LivePlace> live = {};              // nothing: nothing is live, or no query asks
  std::string own_schemas = "slipway_build";       // what the names of the build's own schemas begin with
  // Called in the transaction of the schema files, before their first statement and after their last: an
  // error of either rolls it back.
  std::function<Done(pg::Session&)> schema_begins = {};
  std::function<Done(pg::Session&)> schema_ends = {};
  // Not 0: a trial, with so many rows of every source and no foreign keys or checks, which those rows alone
  // could not keep.
  std::int64_t trial_rows = 0;
};

struct TableProgress {
  std::string table;
  std::int64_t rows = 0;  // loaded so far
  std::int64_t rejected = 0;
  std::int64_t bytes_read = 0;   // of the source files as they lie on disk, or copied from an upstream
  std::int64_t bytes_total = 0;  // 0: nobody knows, as of an upstream
};

// Called from the threads of the build; must be quick and must not throw.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void phase(
      const std::string& phase) = 0;  // "schema", "load", "queries", "indexes", "analyze", "count", "checks"
  virtual void progress(const TableProgress& progress) = 0;
  virtual void line(const std::string& text) = 0;  // something a user wants to read in the job's log
};

// Of one file of a table; read = loaded + rejected.
struct FileAccount {
  std::string file;
  std::int64_t read = 0;
  std::int64_t loaded = 0;
  std::int64_t rejected = 0;
  std::uint64_t checksum = 0;  // of the values of its rows
  bool kept = false;           // it is as it was when live was built, and was not read again
};

struct TableReport {
  std::int64_t read = 0;    // rows found in the sources
  std::int64_t loaded = 0;  // and read = loaded + rejected, or the build has failed
  std::int64_t rejected = 0;
  std::vector<std::string> reject_files;
  std::vector<FileAccount> files;
  // Order-independent, of the values of all rows: as parsed, and found again in the table.
  std::uint64_t checksum = 0;
  std::int64_t taken_up = 0;              // rows that a build before this one had loaded
  std::int64_t reused = 0;                // rows of files that are as they were when live was built
  std::vector<std::string> not_compared;  // columns of which only NULL or not went into it
  std::int64_t past_server = 0;           // rows that were written into the table's files, see heap/
  double seconds = 0;
  LoadTimes times;         // of the threads that loaded it
  std::int64_t bytes = 0;  // of its files as they lie on disk, or from an upstream
  std::int64_t kept = 0;   // rows outside the scope, as live has them
};

struct CheckReport {
  std::string check;
  bool warns = false;  // where it does not hold: the build goes on
  bool ok = false;
  std::int64_t failing = 0;         // rows
  std::vector<std::string> sample;  // a few of them, as JSON
  std::string detail;
};

// What a whole build would come to, judged by a trial.
struct TableEstimate {
  std::string table;
  std::string from;
  std::int64_t rows = 0;
  bool exact = false;  // the source was read to its end
  std::int64_t source_bytes = 0;
  std::int64_t disk_bytes = 0;  // with its indexes
};

struct Report {
  std::map<std::string, TableReport> tables;   // by table
  std::map<std::string, std::int64_t> read;    // rows by source, and by table of an upstream
  std::map<std::string, TableReport> sources;  // of those that queries read, by source
  std::string input_fingerprint;               // sha256 over the inputs' names, sizes and contents
  // "path size mtime" of every file read, "table at time snapshot" of an upstream's
  std::vector<std::string> inputs;
  std::vector<CheckReport> checks;       // in the pipeline's order
  std::vector<TableEstimate> estimates;  // of a trial, in the order of loading
};

// Kind::refused where rejects exceed their limit or a check does not hold, Kind::cancelled after a stop
// request, Kind::usage for mistakes in the schema files or columns (with file, line, column), Kind::failed
// for the rest.
Result<Report> build(const Request& request, Observer& observer, std::stop_token stop);

}  // namespace slipway::ingest
