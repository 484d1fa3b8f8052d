// A config and a home for whole ingests, in each mode that needs no managed server: run, promoted, and looked
// at.
#pragma once

#include <gtest/gtest.h>

#include <fstream>

#include "daemon/jobs/ingest_job.hpp"
#include "swap/promote/promote.hpp"
#include "tests/support/berth.hpp"

namespace slipway::jobs {

class Quiet : public ingest::Observer {
 public:
  void phase(const std::string&) override {}
  void progress(const ingest::TableProgress&) override {}
  void line(const std::string& text) override {
    const std::lock_guard lock(mutex_);
    lines += text + "\n";
  }
  std::string lines;

 private:
  std::mutex mutex_;
};

class Yard {
 public:
  // `{0}` in the pipeline's text stands for what changes from one config to the next.
  Yard(config::Mode mode, std::string pipeline) : mode_(mode), pipeline_(std::move(pipeline)) {
    char name[] = "/tmp/slipway-test-XXXXXX";
    if (!::mkdtemp(name)) throw std::runtime_error("cannot make a folder under /tmp");
    folder_ = name;
    database_ = cluster().fresh_database();
    if (mode == config::Mode::database) database_ = "portal_" + database_;
  }
  ~Yard() {
    std::error_code ignored;
    std::filesystem::remove_all(home_.run, ignored);
    std::filesystem::remove_all(folder_, ignored);
  }
  Yard(const Yard&) = delete;

  static test::Cluster& cluster() {
    static test::Cluster one;
    return one;
  }
  const Path& folder() const { return folder_; }

  void file(const std::string& name, const std::string& content) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  void configure(const std::string& start) {
    const std::string target =
        mode_ == config::Mode::schema
            ? fmt::format("mode: schema, server: \"{}\"", cluster().conninfo(database_))
            : fmt::format("mode: database, name: {}, server: \"{}\"", database_,
                          cluster().conninfo("postgres"));
    file("slipway.yaml",
         fmt::format("home: {}\ntargets:\n  portal: {{{}}}\npipelines:\n  demo:\n    target: portal\n",
                     (folder_ / "home").string(), target) +
             fmt::format(fmt::runtime(pipeline_), start));
    config_ = test::must(config::load(folder_ / "slipway.yaml"));
    home_ = test::must(swap::enter_home(real_seams(), config_, swap::Missing::make));
  }

  IngestResult ingest(const std::vector<std::string>& only = {},
                      const std::map<std::string, std::string>& params = {}) {
    IngestOrder order;
    order.pipeline = "demo";
    order.only = only;
    order.params = params;
    said.lines.clear();
    return run_ingest({real_seams(), home_, config_}, ++job_, order, said, {});
  }
  // Must work.
  IngestResult ingested(const std::vector<std::string>& only = {},
                        const std::map<std::string, std::string>& params = {}) {
    IngestResult result = ingest(only, params);
    EXPECT_FALSE(result.error) << (result.error ? result.error->text() : "");
    return result;
  }
  void promote(const std::set<std::string>& allow = {}) {
    swap::Order order;
    order.actor = "test";
    order.allow = allow;
    const swap::Receipt receipt = swap::promote(context(), order);
    EXPECT_EQ(receipt.outcome, swap::Outcome::promoted) << receipt.reason;
  }
  swap::Context context() const { return {real_seams(), home_, config_.targets.at("portal")}; }
  std::unique_ptr<swap::Engine> engine() const { return swap::engine_of(context()); }

  // All rows of a query on live, as text.
  std::string live(const std::string& sql) {
    const bool schema = mode_ == config::Mode::schema;
    pg::Session session = cluster().session(database_);
    if (schema) test::must(session.script("set search_path to portal"));
    const pg::Rows rows = test::must(session.query(sql));
    std::string out;
    for (int row = 0; row < rows.size(); ++row)
      for (int column = 0; column < rows.columns(); ++column)
        out += (rows.is_null(row, column) ? "NULL" : rows.string(row, column)) +
               (column + 1 < rows.columns() ? "|" : "\n");
    return out;
  }

  void run(const std::string& sql) { (void)live(sql); }

  Quiet said;

 private:
  config::Mode mode_;
  std::string pipeline_;
  Path folder_;
  std::string database_;
  config::Config config_;
  swap::Home home_;
  long long job_ = 0;
};

}  // namespace slipway::jobs
