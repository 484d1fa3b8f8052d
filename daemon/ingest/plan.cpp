#include "daemon/ingest/plan.hpp"

#include <algorithm>
#include <set>

#include "base/pg/identifier.hpp"
#include "daemon/ingest/format/delimited.hpp"
#include "daemon/ingest/source/byte_stream.hpp"
#include "daemon/ingest/text.hpp"

namespace slipway::ingest {
namespace {

struct Header {
  std::vector<std::string> names;
  std::string raw;
  bool numbered = false;  // the names are positions: neither file nor source has any
};

bool is_json(const Input& input) {
  return input.kind.format == Format::ndjson || input.kind.format == Format::json;
}

// Fields without names are called by their positions, from 1, as many as the first row has.
Result<Header> read_header(const Input& input) {
  if (is_json(input)) return Header{};
  const std::unique_ptr<ByteStream> stream = TRY(open_stream(input));
  const std::unique_ptr<DelimitedReader> reader =
      TRY(open_delimited(*stream, input.shown, input.kind.format, input.dialect, 16 << 10));
  Header header{reader->header(), reader->raw_header(), false};
  header.numbered = header.names.empty();
  Row row;
  if (!header.numbered || !TRY(reader->next(row))) return header;
  for (std::size_t i = 1; i <= row.fields.size(); ++i) header.names.push_back(std::to_string(i));
  return header;
}

int index_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

Result<std::vector<PlannedColumn>> by_config(const CatalogTable& table, const config::Table& config) {
  std::vector<PlannedColumn> columns;
  for (const config::Column& wanted : config.columns) {
    const CatalogColumn* found = table.find(wanted.name);
    if (found == nullptr)
      return error(Kind::usage, "table {} has no column {}", table.name, wanted.name)
          .at(wanted.at)
          .next("its columns are: " + table.column_names());
    if (found->generated)
      return error(Kind::usage, "column {} of table {} is generated: it cannot be filled", wanted.name,
                   table.name)
          .at(wanted.at);
    PlannedColumn column;
    column.column = static_cast<std::size_t>(found - table.columns.data());
    column.path = wanted.path.value_or(wanted.name);
    column.constant = wanted.constant;
    column.fallback = wanted.fallback;
    column.null_if = wanted.null_if;
    column.trim = wanted.trim;
    column.at = wanted.at;
    columns.push_back(std::move(column));
  }
  return columns;
}

// Names match names. Which keys JSON documents will have cannot be known, so with them every column takes
// part.
std::vector<PlannedColumn> by_name(const CatalogTable& table, const config::Table& config,
                                   const std::vector<Header>& headers, bool any_json) {
  std::vector<PlannedColumn> columns;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const std::string& name = table.columns[i].name;
    const bool named = std::any_of(headers.begin(), headers.end(),
                                   [&](const Header& header) { return index_of(header.names, name) >= 0; });
    if (table.columns[i].generated || !(named || any_json)) continue;
    PlannedColumn column;
    column.column = i;
    column.path = name;
    column.at = config.at;
    columns.push_back(std::move(column));
  }
  return columns;
}

// Files with the same fields left over are told once.
void report_unused(const TablePlan& plan, const std::vector<Header>& headers, Observer& observer) {
  std::set<std::vector<std::string>> told;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    std::vector<std::string> unused;
    for (const std::string& name : headers[i].names) {
      const bool used =
          std::any_of(plan.columns.begin(), plan.columns.end(),
                      [&](const PlannedColumn& column) { return !column.constant && column.path == name; });
      if (!used) unused.push_back(shown(name));
    }
    if (!unused.empty() && told.insert(unused).second)
      observer.line(fmt::format("table {}: no column takes these fields of {}: {}", plan.table.name,
                                plan.files[i].input.shown, joined(unused)));
  }
}

// A column that must have a value and can get none would refuse every row.
Done check_sources(const TablePlan& plan, const std::vector<Header>& headers) {
  const bool numbered =
      std::any_of(headers.begin(), headers.end(), [](const Header& h) { return h.numbered; });
  if (plan.columns.empty())
    return error(Kind::usage, "no field of the source matches a column of table {}", plan.table.name)
        .at(plan.config->at)
        .next(fmt::format("its columns are: {}{}", plan.table.column_names(),
                          numbered
                              ? "; the files have no line of names: give the source `dialect: {names: […]}`, "
                                "or the table `columns` by position, such as {id: 1}"
                              : ""));
  for (const CatalogColumn& column : plan.table.columns) {
    const bool filled =
        std::any_of(plan.columns.begin(), plan.columns.end(),
                    [&](const PlannedColumn& planned) { return &plan.column_of(planned) == &column; });
    if (!filled && column.not_null && !column.generated && column.default_expression.empty())
      return error(Kind::usage, "column {} of table {} is NOT NULL, has no default, and nothing fills it",
                   column.name, plan.table.name)
          .at(plan.config->at)
          .next("give it a field, a `const`, or a default in the schema");
  }
  return {};
}

Done place_fields(TablePlan& plan, const std::vector<Header>& headers) {
  for (std::size_t i = 0; i < plan.files.size(); ++i) {
    PlannedFile& file = plan.files[i];
    const bool json = is_json(file.input);
    const bool empty = headers[i].numbered && headers[i].names.empty();
    file.expected_fields = headers[i].names.size();
    file.raw_header = headers[i].raw;
    for (std::size_t c = 0; c < plan.columns.size(); ++c) {
      const PlannedColumn& column = plan.columns[c];
      file.fields.push_back(json ? static_cast<int>(c) : index_of(headers[i].names, column.path));
      const bool explicit_path = !plan.config->columns.empty() && !column.constant;
      if (!json && !empty && file.fields.back() < 0 && explicit_path && !column.fallback)
        return error(Kind::usage, "{} has no column {}", file.input.shown, column.path)
            .at(column.at)
            .next((headers[i].raw.empty() ? "its fields are: " : "its first line has: ") +
                  joined(headers[i].names));
    }
  }
  return {};
}

void shape_json(TablePlan& plan) {
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const PlannedColumn& column = plan.columns[i];
    const JsonShape::Want want{i, plan.column_of(column).type.json};
    if (column.constant) continue;
    if (column.path.starts_with('/'))
      plan.shape.want_pointer(column.path, want);
    else
      plan.shape.want_key(column.path, want);
  }
}

}  // namespace

std::vector<const CatalogColumn*> TablePlan::filled() const {
  std::vector<const CatalogColumn*> filled;
  for (const PlannedColumn& column : columns) filled.push_back(&column_of(column));
  if (upstream)
    for (const std::string& name : upstream->columns) filled.push_back(table.find(name));
  return filled;
}

std::string TablePlan::copy_columns() const {
  std::string out;
  for (const CatalogColumn* column : filled()) out += (out.empty() ? "" : ", ") + pg::quoted(column->name);
  return out;
}

Result<TablePlan> plan_table(CatalogTable table, const config::Table& config, std::vector<Input> inputs,
                             Observer& observer) {
  TablePlan plan;
  plan.config = &config;
  plan.table = std::move(table);
  std::vector<Header> headers;
  for (const Input& input : inputs) headers.push_back(TRY(read_header(input)));
  const bool any_json = std::any_of(inputs.begin(), inputs.end(), is_json);
  if (config.columns.empty())
    plan.columns = by_name(plan.table, config, headers, any_json);
  else
    plan.columns = TRY(by_config(plan.table, config));
  TRY(check_sources(plan, headers));
  std::vector<std::string> unknown;
  for (const PlannedColumn& column : plan.columns)
    if (plan.column_of(column).type.encode == nullptr)
      unknown.push_back(
          fmt::format("{} ({})", plan.column_of(column).name, plan.column_of(column).type.name));
  plan.binary = unknown.empty();
  if (!plan.binary)
    observer.line(fmt::format("table {} goes by text COPY, which is slower, because of: {}", plan.table.name,
                              joined(unknown)));
  for (Input& input : inputs) {
    plan.bytes_total += input.bytes;
    plan.files.push_back({std::move(input), {}, 0, {}});
  }
  TRY(place_fields(plan, headers));
  report_unused(plan, headers, observer);
  shape_json(plan);
  return plan;
}

}  // namespace slipway::ingest
