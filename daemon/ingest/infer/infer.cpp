#include "daemon/ingest/infer/infer.hpp"

#include <simdjson.h>

#include <algorithm>
#include <map>

#include "daemon/ingest/format/delimited.hpp"
#include "daemon/ingest/format/json_reader.hpp"
#include "daemon/ingest/format/ndjson.hpp"
#include "daemon/ingest/infer/guess.hpp"
#include "daemon/ingest/source/byte_stream.hpp"
#include "daemon/ingest/sql/name.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

// Of each table; what comes after is not looked at.
constexpr std::int64_t sample_rows_max = 200'000;
constexpr std::int64_t sample_bytes_max = 128 << 20;
constexpr std::size_t columns_max = 1600;  // of a PostgreSQL table

// A key by its name, the likeliest first.
int key_rank(const std::string& column, const std::string& table) {
  const std::string singular = table.ends_with('s') ? table.substr(0, table.size() - 1) : table;
  const std::string likely[] = {"id",  "identifier", "uuid", table + "_id", singular + "_id",
                                "key", "pk",         "guid"};
  const auto found = std::find(std::begin(likely), std::end(likely), column);
  return found == std::end(likely) ? -1 : static_cast<int>(found - std::begin(likely));
}

// The columns of one table while its rows come by.
class Observed {
 public:
  explicit Observed(std::string table) : table_(std::move(table)) {}

  Result<std::size_t> column(std::string_view field) {
    const auto known = by_field_.find(field);
    if (known != by_field_.end()) return known->second;
    if (names_.size() == columns_max)
      return error(Kind::usage, "the rows of table {} have more than {} different fields", table_,
                   columns_max)
          .next("it is hardly a table; see whether its fields' names are data");
    const std::string name = sql_name(field, "column_" + std::to_string(names_.size() + 1), taken_);
    by_field_.emplace(field, names_.size());
    guesses_.emplace_back(key_rank(name, table_) >= 0);
    fields_.emplace_back(field);
    names_.push_back(name);
    return names_.size() - 1;
  }
  Guess& guess(std::size_t column) { return guesses_[column]; }

  void describe(std::int64_t rows, InferredTable& table) const {
    int best = 100;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const Guess& guess = guesses_[i];
      const bool always = rows > 0 && !guess.nullable() && guess.seen() >= rows;
      const std::string type = guess.type();
      table.columns.push_back({names_[i], fields_[i], type, always, guess.empty_is_null()});
      const int rank = key_rank(names_[i], table_);
      const bool usable = type == "bigint" || type == "uuid" || type == "text" || type == "numeric";
      if (rank < 0 || rank >= best || !always || !usable || !guess.unique()) continue;
      best = rank;
      table.key = i;
    }
  }

 private:
  std::string table_;
  std::map<std::string, std::size_t, std::less<>> by_field_;
  std::vector<std::string> fields_, names_;
  std::vector<Guess> guesses_;
  std::set<std::string> taken_;
};

bool enough(const InferredTable& table, std::int64_t bytes) {
  return table.rows >= sample_rows_max || bytes >= sample_bytes_max;
}

Done look_at_csv(const Input& input, ByteStream& stream, Observed& observed, InferredTable& table) {
  const std::unique_ptr<DelimitedReader> reader =
      TRY(open_delimited(stream, input.shown, input.kind.format, input.dialect));
  std::vector<std::size_t> columns;
  for (const std::string& field : reader->header()) columns.push_back(TRY(observed.column(field)));
  Row row;
  while (TRY(reader->next(row))) {
    if (enough(table, row.offset)) {
      table.whole = false;
      return {};
    }
    const bool readable = row.problem.empty() && row.fields.size() == columns.size();
    row.problem.clear();
    if (!readable) continue;
    ++table.rows;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Field& field = row.fields[i];
      if (field.cell == Cell::text)
        observed.guess(columns[i]).see(field.text(), ValueKind::csv_field);
      else
        observed.guess(columns[i]).see_null();
    }
  }
  return {};
}

namespace od = simdjson::ondemand;

// False where the line cannot be read any further.
bool look_at_value(od::value value, Guess& guess) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  std::string_view text;
  switch (type) {
    case od::json_type::null:
      guess.see_null();
      return value.is_null();
    case od::json_type::string:
      if (value.get_string().get(text) != simdjson::SUCCESS) return false;
      guess.see(text, ValueKind::json_text);
      return true;
    case od::json_type::array:
    case od::json_type::object:
      if (simdjson::to_json_string(value).get(text) != simdjson::SUCCESS) return false;
      guess.see(text, ValueKind::json_nested);
      return true;
    default:
      break;
  }
  // As it is written: digits that a double cannot hold count.
  text = trimmed(value.raw_json_token());
  const bool number = type == od::json_type::number;
  guess.see(text, number ? ValueKind::json_number : ValueKind::json_truth);
  return true;
}

// A line that is no object is left to be rejected by the ingest.
Done look_at_object(od::parser& parser, std::string_view line, Observed& observed, InferredTable& table) {
  const simdjson::padded_string padded(line);
  od::document document;
  od::object object;
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return {};
  if (document.get_object().get(object) != simdjson::SUCCESS) return {};
  ++table.rows;
  std::set<std::string_view> seen;
  for (auto entry : object) {
    od::field field;
    std::string_view key;
    if (std::move(entry).get(field) != simdjson::SUCCESS) return {};
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return {};
    if (!seen.insert(key).second) continue;
    if (!look_at_value(field.value(), observed.guess(TRY(observed.column(key))))) return {};
  }
  return {};
}

Done look_at_json(const Input& input, ByteStream& stream, Observed& observed, InferredTable& table) {
  const JsonShape nothing;
  const std::unique_ptr<RowReader> reader = input.kind.format == Format::ndjson
                                                ? ndjson_reader(stream, nothing)
                                                : json_reader(stream, input.shown, nothing);
  od::parser parser;
  Row row;
  while (TRY(reader->next(row))) {
    if (enough(table, row.offset)) {
      table.whole = false;
      return {};
    }
    TRY(look_at_object(parser, row.raw, observed, table));
    row.problem.clear();
  }
  return {};
}

Result<InferredTable> infer_table(std::string name, std::vector<Input> inputs) {
  InferredTable table;
  Observed observed(name);
  for (const Input& input : inputs) {
    if (enough(table, 0)) table.whole = false;
    if (!table.whole) break;
    const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
    TRY(is_json(input) ? look_at_json(input, *stream, observed, table)
                       : look_at_csv(input, *stream, observed, table));
  }
  observed.describe(table.rows, table);
  if (table.columns.empty())
    return error(Kind::usage, "{} holds nothing to tell columns by", inputs.front().shown)
        .next("name a file with some rows");
  table.name = std::move(name);
  table.inputs = std::move(inputs);
  return table;
}

Result<Input> input_of(const Path& path) {
  config::FileSource source;
  source.name = path.filename().string();
  source.patterns = {literal_pattern(std::filesystem::absolute(path).lexically_normal())};
  return TRY(inputs_of(source, std::filesystem::current_path())).front();
}

// What makes files parts of one table: the name without its number, the format, the header.
struct Family {
  std::string stem;
  Format format;
  std::vector<std::string> header;
  bool operator==(const Family&) const = default;
};

Result<Family> family_of(const Input& input) {
  std::string stem = input.path.filename().string();
  stem = stem.substr(0, stem.find('.', 1));
  std::size_t end = stem.size();
  while (end > 0 && (std::string_view("0123456789-_").find(stem[end - 1]) != std::string_view::npos)) --end;
  if (end > 0) stem.resize(end);
  Family family{stem, input.kind.format, {}};
  if (is_json(input)) return family;
  const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
  family.header = TRY(open_delimited(*stream, input.shown, input.kind.format, input.dialect))->header();
  return family;
}

}  // namespace

bool is_json(const Input& input) {
  return input.kind.format == Format::ndjson || input.kind.format == Format::json;
}

std::string literal_pattern(const Path& path) {
  std::string pattern;
  for (const char c : path.string()) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

Result<std::vector<InferredTable>> infer(const std::vector<Path>& files) {
  std::vector<std::pair<Family, std::vector<Input>>> families;
  for (const Path& file : files) {
    const Input input = TRY(input_of(file));
    Family family = TRY(family_of(input));
    const auto known =
        std::find_if(families.begin(), families.end(), [&](const auto& one) { return one.first == family; });
    if (known != families.end())
      known->second.push_back(input);
    else
      families.emplace_back(std::move(family), std::vector<Input>{input});
  }
  std::vector<InferredTable> tables;
  std::set<std::string> taken = {"slipway_manifest"};
  for (auto& [family, inputs] : families) {
    const std::string name = sql_name(family.stem, "data", taken);
    tables.push_back(TRY(infer_table(name, std::move(inputs))));
  }
  return tables;
}

}  // namespace slipway::ingest
