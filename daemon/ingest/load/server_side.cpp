#include "daemon/ingest/load/server_side.hpp"

#include "base/pg/sqlstate.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t answers_max = 20'000;
constexpr std::size_t kept_text_bytes_max = 256;
constexpr int defaults_at_once = 1000;

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  return out;
}

}  // namespace

Result<ServerSide::Answer> ServerSide::look_up(const CatalogColumn& column, const std::string& text) {
  TRY(connection_.go_on());
  pg::Session& session = connection_.session();
  Result<pg::Rows> rows =
      session.query(fmt::format("SELECT encode({}({}), 'hex')", column.send, column.input), {text});
  if (rows) return Answer{true, from_hex(rows->text(0, 0))};
  if (pg::blames_the_data(rows.error().sqlstate())) return Answer{false, server_words(session)};
  return connection_.explain(std::move(rows).error());
}

Result<const ServerSide::Answer*> ServerSide::ask(const CatalogColumn& column, std::string_view text) {
  const std::string key(text);
  if (key.size() > kept_text_bytes_max) {
    long_answer_ = TRY(look_up(column, key));
    return &long_answer_;
  }
  auto& known = answers_[&column];
  if (const auto found = known.find(key); found != known.end()) return &found->second;
  if (++kept_ > answers_max) {
    for (auto& [of, answers] : answers_) answers.clear();
    kept_ = 1;
  }
  Answer answer = TRY(look_up(column, key));
  return &known.emplace(key, std::move(answer)).first->second;
}

Result<std::optional<std::string>> ServerSide::next_default(const CatalogColumn& column) {
  Defaults& defaults = defaults_[&column];
  if (defaults.used == defaults.values.size()) {
    // Nothing is called: a constant, whose value stays.
    const bool constant = column.default_expression.find('(') == std::string::npos;
    if (constant && !defaults.values.empty()) return defaults.values.front();
    const int count = constant ? 1 : defaults_at_once;
    Result<pg::Rows> rows =
        connection_.session().query(fmt::format("SELECT ({})::{}::text FROM generate_series(1, {})",
                                                column.default_expression, column.type.name, count));
    if (!rows) return connection_.explain(std::move(rows).error());
    defaults.values.clear();
    defaults.used = 0;
    for (int row = 0; row < rows->size(); ++row)
      defaults.values.push_back(rows->is_null(row, 0) ? std::nullopt : std::optional(rows->string(row, 0)));
  }
  return defaults.values[defaults.used++];
}

}  // namespace slipway::ingest
