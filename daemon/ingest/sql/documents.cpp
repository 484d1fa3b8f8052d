#include "daemon/ingest/sql/documents.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/format/delimited.hpp"
#include "daemon/ingest/load/copy_stream.hpp"
#include "daemon/ingest/source/byte_stream.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

constexpr std::size_t document_bytes_max = 64U << 20U;

void put(std::string& line, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '\\':
        line += "\\\\";
        break;
      case '\n':
        line += "\\n";
        break;
      case '\r':
        line += "\\r";
        break;
      case '\t':
        line += "\\t";
        break;
      default:
        line += c;
    }
  }
}

std::string time_of(std::int64_t ns) {
  const std::time_t seconds = static_cast<std::time_t>(ns / 1'000'000'000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:06}Z", text, ns % 1'000'000'000 / 1000);
}

// As web servers make them: whoever writes to the file changes it.
std::string etag_of(const Input& input) {
  return fmt::format("{:x}-{:x}", input.mtime_ns, input.bytes);
}

Result<std::string> read_whole(const Input& input, FileCount& count) {
  const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
  std::string text;
  std::vector<char> chunk(64 << 10);
  while (const std::size_t got = TRY(stream->read(chunk.data(), chunk.size()))) {
    text.append(chunk.data(), got);
    if (text.size() > document_bytes_max)
      return fail("{} is longer than the {} MiB that a document may have", input.shown,
                  document_bytes_max >> 20U);
  }
  count.digest = stream->digest();
  return text;
}

bool is_json(const Input& input) {
  return input.kind.format == Format::ndjson || input.kind.format == Format::json;
}

class Documents {
 public:
  Documents(const Request& request, const SourceRelation& source, Observer& observer, Connection& connection)
      : request_(request), source_(source), observer_(observer), connection_(connection) {}

  Result<LoadOutcome> run() {
    const Millis start = real_clock().steady();
    pg::Transaction transaction = TRY(connection_.begin(request_));
    TRY(connection_.session().copy_begin("COPY " + source_.plan.table.quoted() + " FROM STDIN"));
    Done put_all = source_.kind == SourceRelation::Kind::lines ? lines() : files();
    if (put_all) put_all = send();
    if (!put_all) {
      (void)connection_.session().copy_abort("the load stops");  // the error that led here says more
      return connection_.explain(std::move(put_all).error());
    }
    const Result<long long> taken = connection_.session().copy_end();
    if (!taken) return connection_.explain(blame(taken.error()));
    if (*taken != rows_)
      return fail("source {}: {} rows were sent, and PostgreSQL took {}", source_.shown, rows_, *taken);
    TRY(transaction.commit());
    outcome_.report.read = outcome_.report.loaded = rows_;
    outcome_.report.seconds = static_cast<double>((real_clock().steady() - start).count()) / 1000;
    return std::move(outcome_);
  }

 private:
  Done files() {
    for (const PlannedFile& file : source_.plan.files) {
      FileCount count;
      count.rows = 1;
      std::string document;
      if (source_.kind == SourceRelation::Kind::documents) {
        document = TRY(read_whole(file.input, count));
        const std::string problem = encoding_problem(document);
        if (!problem.empty()) return fail("{}: {}", file.input.shown, problem);
      } else {
        count.digest = etag_of(file.input);
      }
      begin_row(file.input.shown, {static_cast<std::uint32_t>(outcome_.files.size()), 0});
      batch_ += fmt::format("\t{}\t", file.input.bytes);
      put(batch_, etag_of(file.input));
      batch_ += "\t" + time_of(file.input.mtime_ns);
      if (source_.kind == SourceRelation::Kind::documents)
        put_document(std::string_view(document).substr(document.starts_with("\xEF\xBB\xBF") ? 3 : 0));
      TRY(end_row(file.input.bytes));
      outcome_.files.push_back(std::move(count));
    }
    return {};
  }

  Done lines() {
    std::int64_t before = 0;
    outcome_.files =
        TRY(read_rows(source_.plan, [&](std::size_t index, const Row& row, std::int64_t bytes) -> Done {
          const Input& input = source_.plan.files[index].input;
          const Position at{input.shown, static_cast<int>(row.line), 0};
          const std::string problem = row.problem.empty() ? encoding_problem(row.raw) : row.problem;
          if (!problem.empty()) return fail("{}", problem).at(at);
          begin_row(input.shown, {static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(row.line)});
          batch_ += fmt::format("\t{}", row.line);
          std::string_view text = trimmed(row.raw);
          if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
          put_document(text);
          const std::int64_t read = bytes - std::exchange(before, bytes);
          return end_row(read);
        }));
    return {};
  }

  struct Place {
    std::uint32_t file, line;
  };
  void begin_row(const std::string& key, Place place) {
    put(batch_, key);
    if (places_.size() < places_max) places_.push_back(place);
  }
  void put_document(std::string_view text) {
    batch_ += '\t';
    put(batch_, text);
    if (!source_.raw) return;
    batch_ += '\t';
    put(batch_, text);
  }
  Done end_row(std::int64_t bytes) {
    batch_ += '\n';
    ++rows_;
    bytes_ += bytes;
    return batch_.size() < batch_bytes ? Done() : send();
  }
  Done send() {
    TRY(connection_.session().copy_send(batch_));
    batch_.clear();
    observer_.progress({source_.plan.table.name, rows_, 0, bytes_, source_.plan.bytes_total});
    return connection_.go_on();
  }

  // "COPY documents, line 3, column doc": the third row.
  Error blame(const Error& error) {
    const std::string words = server_words(connection_.session());
    const std::string all = PQerrorMessage(connection_.session().raw());
    const std::size_t copy = all.rfind("COPY ");
    const std::size_t number = copy == std::string::npos ? copy : all.find(", line ", copy);
    if (number == std::string::npos) return error;
    const std::size_t row = static_cast<std::size_t>(std::atoll(all.c_str() + number + 7));
    Error blamed = fail("source {}: {}", source_.shown, words).sqlstate(error.sqlstate());
    if (row == 0 || row > places_.size()) return blamed;
    const Place& place = places_[row - 1];
    Position at{source_.plan.files[place.file].input.shown, static_cast<int>(place.line), 0};
    constexpr std::string_view inside = "JSON data, line ";
    const std::size_t json = all.find(inside);
    if (at.line == 0 && json != std::string::npos) at.line = std::atoi(all.c_str() + json + inside.size());
    return std::move(blamed).at(at).next("mend that document: none is ever left out");
  }

  static constexpr std::size_t places_max = 10'000'000;  // behind them only the source is named
  const Request& request_;
  const SourceRelation& source_;
  Observer& observer_;
  Connection& connection_;
  LoadOutcome outcome_;
  std::string batch_;
  std::int64_t rows_ = 0;
  std::int64_t bytes_ = 0;
  std::vector<Place> places_;
};

}  // namespace

SourceRelation::Kind kind_of_relation(const config::FileSource& source, const std::vector<Input>& inputs) {
  if (source.format == config::FileFormat::documents) return SourceRelation::Kind::documents;
  if (source.format == config::FileFormat::listing) return SourceRelation::Kind::listing;
  const bool lines = std::all_of(inputs.begin(), inputs.end(), is_json);
  return lines ? SourceRelation::Kind::lines : SourceRelation::Kind::rows;
}

Result<std::vector<std::string>> field_names(const Input& input) {
  if (is_json(input))
    return error(Kind::usage, "{} has documents, and other files of its source have rows", input.shown)
        .next("make two sources of them");
  const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
  const std::unique_ptr<DelimitedReader> reader =
      TRY(open_delimited(*stream, input.shown, input.kind.format, input.dialect, 16 << 10));
  std::vector<std::string> names = reader->header();
  Row row;
  if (!names.empty() || !TRY(reader->next(row))) return names;
  for (std::size_t i = 1; i <= row.fields.size(); ++i)
    names.push_back(std::to_string(i));  // by their positions
  return names;
}

Result<LoadOutcome> load_documents(const Request& request, const SourceRelation& source, Observer& observer,
                                   Cancellation& cancellation) {
  Connection connection = TRY(Connection::open(request, cancellation));
  return Documents(request, source, observer, connection).run();
}

}  // namespace slipway::ingest
