#include "swap/carry/copy.hpp"

#include "base/pg/identifier.hpp"

namespace slipway::swap::carry {
namespace {

constexpr std::size_t batch_bytes = 256 << 10;

// Whatever a role or a database may have set that changes what a value looks like as text, or what we see.
constexpr std::string_view settings = R"(
set search_path = pg_catalog, pg_temp;
set row_security = off;
set default_transaction_read_only = off;
set default_transaction_isolation = 'read committed';
set statement_timeout = 0;
set idle_in_transaction_session_timeout = 0;
set lock_timeout = '10s';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set timezone = 'UTC';
set extra_float_digits = 1;
set bytea_output = 'hex';
set xmloption = 'content';
set lc_monetary = 'C';
set client_min_messages = 'warning';
)";

std::string copy_options(bool binary) {
  return binary ? " with (format binary)" : " with (format text)";
}

}  // namespace

Result<pg::Session> connect(pg::Connections& connections, const Place& place, const std::string& known_as,
                            Millis call_limit) {
  pg::Options options;
  options.call_limit = call_limit;
  options.application_name = known_as;
  pg::Session session = TRY(connections.open(place.conninfo, options));
  TRY(session.script(settings));
  TRY(session.query("select set_config('application_name', $1, false)", {known_as}));
  return session;
}

Result<long long> pump(pg::Session& from, const std::string& query, pg::Session& to, const std::string& into,
                       bool binary) {
  TRY(to.copy_begin("copy " + into + " from stdin" + copy_options(binary)));
  std::string batch;
  const auto sink = [&](std::string_view message) -> Done {
    batch += message;
    if (batch.size() < batch_bytes) return {};
    TRY(to.copy_send(batch));
    batch.clear();
    return {};
  };
  Result<long long> read = from.copy_out("copy (" + query + ") to stdout" + copy_options(binary), sink);
  Done sent;
  if (!read) sent = std::move(read).error();
  if (sent && !batch.empty()) sent = to.copy_send(batch);
  if (sent) return to.copy_end();
  // What the receiving server says is the reason, where it has one.
  const Done aborted = to.copy_abort("the rows could not be read");
  if (!aborted) return fail("rows could not be carried into {}", into).because(aborted.error());
  return fail("rows could not be carried into {}", into).because(std::move(sent).error());
}

std::string column_list(const std::vector<std::string>& columns, const std::string& prefix) {
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "" : ", ") + prefix + pg::quoted(column);
  return out;
}

Result<Checksum> checksum(pg::Session& session, const Pair& pair, const std::string& from_where) {
  const pg::Rows rows = TRY(session.query(fmt::format(
      "select count(*), coalesce(sum(hashtextextended(row({})::text collate \"C\", 0)::numeric), 0) {}",
      column_list(pair.columns, "t."), from_where)));
  return Checksum{rows.string(0, 0), rows.string(0, 1)};
}

Done compare(const Pair& pair, const Checksum& live, const Checksum& candidate) {
  if (live == candidate) return {};
  return fail("table {} has {} rows in live and {} in the candidate, and their checksums are {} and {}",
              pair.live.label, live.rows, candidate.rows, live.sum, candidate.sum)
      .next("A column whose type differs between the two may have changed the values.");
}

}  // namespace slipway::swap::carry
