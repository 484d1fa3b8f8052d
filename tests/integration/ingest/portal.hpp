// A small portal for a test: a database of its own, a folder of files, a pipeline put together by hand.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <mutex>
#include <sstream>

#include "base/config/config.hpp"
#include "daemon/ingest/build.hpp"
#include "tests/support/cluster.hpp"

namespace slipway::ingest::test {

// One server for the whole program.
inline slipway::test::Cluster& cluster() {
  static slipway::test::Cluster shared({"wal_level=minimal", "wal_writer_delay=10000", "max_wal_senders=0",
                                        "max_wal_size=8GB", "autovacuum=off", "shared_buffers=256MB",
                                        "full_page_writes=off"});
  return shared;
}

class Listener final : public Observer {
 public:
  void phase(const std::string& phase) override { phases.push_back(phase); }
  void progress(const TableProgress& progress) override {
    const std::lock_guard lock(mutex_);
    last[progress.table] = progress;
    if (on_progress) on_progress();
  }
  void line(const std::string& text) override {
    const std::lock_guard lock(mutex_);
    lines.push_back(text);
  }
  std::string all_lines() const {
    std::string out;
    for (const std::string& line : lines) out += line + "\n";
    return out;
  }

  std::vector<std::string> phases;
  std::vector<std::string> lines;
  std::map<std::string, TableProgress> last;
  std::function<void()> on_progress;

 private:
  std::mutex mutex_;
};

class Portal {
 public:
  Portal() : database_(cluster().fresh_database()), session_(cluster().session(database_)) {
    char name[] = "/tmp/slipway-ingest-XXXXXX";
    folder_ = ::mkdtemp(name);
    run("CREATE TABLE slipway_manifest (fence bigint); INSERT INTO slipway_manifest VALUES (7)");
    config_.folder = folder_;
    config_.file = folder_ / "slipway.yaml";
    pipeline_.name = "demo";
    pipeline_.at = {"slipway.yaml", 3, 3};
  }
  ~Portal() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Portal(const Portal&) = delete;

  void file(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  void schema(const std::string& sql, const std::string& name = "schema.sql") {
    file(name, sql);
    pipeline_.schema.push_back(name);
  }
  // A table, filled from files of that pattern.
  config::Table& table(const std::string& name, const std::string& pattern) {
    config::FileSource source;
    source.name = name + "_files";
    source.patterns = {pattern};
    source.at = {"slipway.yaml", 5, 14};
    pipeline_.sources[source.name] = source;
    config::Table table;
    table.name = name;
    table.from = source.name;
    table.at = {"slipway.yaml", 6, 14};
    pipeline_.tables.push_back(table);
    return pipeline_.tables.back();
  }
  void source(const std::string& name, const std::string& pattern,
              config::FileFormat format = config::FileFormat::by_name) {
    config::FileSource source;
    source.name = name;
    source.patterns = {pattern};
    source.format = format;
    source.at = {"slipway.yaml", 5, 14};
    pipeline_.sources[name] = source;
  }
  // A table that a query fills, from the file NAME.sql.
  config::Table& query(const std::string& name, const std::string& sql) {
    file(name + ".sql", sql);
    config::Table table;
    table.name = name;
    table.sql = name + ".sql";
    table.at = {"slipway.yaml", 6, 14};
    for (const char* key : {"sql", "key", "id", "scope"}) table.keys_at[key] = {"slipway.yaml", 7, 20};
    pipeline_.tables.push_back(table);
    return pipeline_.tables.back();
  }
  void allow(std::int64_t rejects) {
    pipeline_.rejects.max = rejects;
    pipeline_.rejects.max_set = true;
  }

  Result<Report> build(std::stop_token stop = {}) { return build_with(listener, stop); }
  Result<Report> build_with(Observer& observer, std::stop_token stop = {}) {
    Request request{config_, pipeline_, cluster().conninfo(database_), "public", owner,
                    reader,  fence,     folder_ / "rejects",           only,     live_rows};
    request.go_on = go_on;
    if (part_bytes > 0) request.part_bytes = part_bytes;
    request.params = params;
    request.live = live;
    request.copy_of = copy_of;
    request.notes_inputs = notes_inputs;
    request.writes_pages = writes_pages;
    return ingest::build(request, observer, stop);
  }
  // The build must work.
  Report built() {
    Result<Report> report = build();
    EXPECT_TRUE(report) << (report ? "" : report.error().text());
    return report ? *report : Report{};
  }

  pg::Rows run(const std::string& sql) {
    auto rows = session_.script(sql);
    if (!rows) throw std::runtime_error(rows.error().text());
    return std::move(*rows);
  }
  // The one value of a query.
  std::string value(const std::string& sql) { return run(sql).string(0, 0); }
  // All of a query: columns with |, rows with a line end.
  std::string rows(const std::string& sql) {
    const pg::Rows found = run(sql);
    std::string out;
    for (int row = 0; row < found.size(); ++row)
      for (int column = 0; column < found.columns(); ++column)
        out += (found.is_null(row, column) ? "NULL" : found.string(row, column)) +
               (column + 1 < found.columns() ? "|" : "\n");
    return out;
  }
  // Whether no session of anybody else is left in its database, soon: a server's process ends behind its
  // client.
  bool is_alone() {
    for (int look = 0; look < 200; ++look, std::this_thread::sleep_for(Millis(50)))
      if (value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                "pid <> pg_backend_pid() AND backend_type = 'client backend'") == "0")
        return true;
    return false;
  }
  // What PostgreSQL's own checker finds wrong with the table's pages.
  std::string damage(const std::string& table) {
    if (PQserverVersion(session_.raw()) < 140'000) return "";  // it has no such thing
    run("CREATE EXTENSION IF NOT EXISTS amcheck");
    return rows(fmt::format("SELECT * FROM verify_heapam('{}')", table));
  }
  std::string read(const std::string& name) const {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  const Path& folder() const { return folder_; }
  const std::string& database() const { return database_; }
  config::Pipeline& pipeline() { return pipeline_; }

  Listener listener;
  std::string owner;
  std::string reader;
  long long fence = 7;
  bool go_on = false;
  std::int64_t part_bytes = 0;  // 0: as ever
  std::vector<std::string> only;
  std::map<std::string, std::int64_t> live_rows;
  std::map<std::string, std::string> params;
  std::optional<LivePlace> live;
  std::string copy_of;
  bool notes_inputs = false;
  bool writes_pages = true;

 private:
  std::string database_;
  pg::Session session_;
  Path folder_;
  config::Config config_;
  config::Pipeline pipeline_;
};

}  // namespace slipway::ingest::test
