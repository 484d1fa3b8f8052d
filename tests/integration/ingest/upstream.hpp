// A real upstream server for tests, and a portal whose tables come from it.
#pragma once

#include <atomic>

#include "tests/integration/ingest/portal.hpp"

namespace slipway::ingest::test {

inline slipway::test::Cluster& upstream_server() {
  static slipway::test::Cluster shared;
  return shared;
}

class UpstreamPortal : public Portal {
 public:
  // The server takes anybody; the password is there to be looked for in what is said.
  static constexpr const char* password = "hunter2";

  UpstreamPortal()
      : upstream_database_(upstream_server().fresh_database()),
        upstream_(upstream_server().session(upstream_database_)) {
    uri(upstream_server().conninfo(upstream_database_) + " password=" + password);
  }

  void uri(const std::string& value) {
    config::PostgresSource source;
    source.name = "catalog";
    source.uri.value = value;
    source.at = {"slipway.yaml", 5, 14};
    pipeline().upstreams["catalog"] = source;
  }
  // A table, filled from `catalog.…`.
  config::Table& from(const std::string& name, const std::string& upstream_table) {
    config::Table table;
    table.name = name;
    table.from = "catalog." + upstream_table;
    table.at = {"slipway.yaml", 6, 14};
    for (const char* key : {"from", "where", "exclude"}) table.keys_at[key] = {"slipway.yaml", 7, 20};
    pipeline().tables.push_back(table);
    return pipeline().tables.back();
  }

  pg::Rows there(const std::string& sql) {
    auto rows = upstream_.script(sql);
    if (!rows) throw std::runtime_error(rows.error().text());
    return std::move(*rows);
  }
  // All of a query's first column.
  std::string rows_there(const std::string& sql) {
    const pg::Rows found = there(sql);
    std::string out;
    for (int row = 0; row < found.size(); ++row) out += found.string(row, 0) + "\n";
    return out;
  }
  // Both tables have the same rows, as text has them.
  void expect_same(const std::string& here, const std::string& theirs) {
    const std::string sql = "SELECT t::text FROM {} t ORDER BY 1";
    EXPECT_EQ(rows(fmt::format(fmt::runtime(sql), here)), rows_there(fmt::format(fmt::runtime(sql), theirs)));
  }
  // The build must fail; what it says, which never holds the password.
  Error failure(std::stop_token stop = {}) {
    Result<Report> report = build(std::move(stop));
    EXPECT_FALSE(report);
    if (report) return Error(Kind::failed, "the build worked");
    EXPECT_EQ(report.error().text().find(password), std::string::npos) << report.error().text();
    EXPECT_EQ(listener.all_lines().find(password), std::string::npos);
    return report.error();
  }
  pg::Session another() const { return upstream_server().session(upstream_database_); }
  const std::string& upstream_database() const { return upstream_database_; }

 private:
  std::string upstream_database_;
  pg::Session upstream_;
};

}  // namespace slipway::ingest::test
