#include "daemon/ingest/row_encoder.hpp"

#include <algorithm>

#include "daemon/ingest/text.hpp"

namespace slipway::ingest {

Result<RowEncoder> RowEncoder::make(const TablePlan& plan, ServerSide& server) {
  RowEncoder encoder(plan, server);
  encoder.constants_.resize(plan.columns.size());
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    const PlannedColumn& column = plan.columns[i];
    for (const auto* given : {&column.constant, &column.fallback}) {
      if (!*given) continue;
      Out out;
      const auto refused = TRY(encoder.put_value(plan.column_of(column), {**given, false, false}, out));
      if (refused)
        return error(Kind::usage, "column {} of table {} does not take {}: {}", plan.column_of(column).name,
                     plan.table.name, shown(**given), refused->reason)
            .at(column.at);
      if (given == &column.constant) encoder.constants_[i] = std::string(out.view());
    }
  }
  return encoder;
}

std::string_view RowEncoder::header() const {
  using namespace std::string_view_literals;
  return plan_->binary ? "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"sv : ""sv;
}

std::string_view RowEncoder::trailer() const {
  return plan_->binary ? "\377\377" : "";
}

std::string RowEncoder::copy_options(bool freeze) const {
  return fmt::format("(FORMAT {}{})", plan_->binary ? "binary" : "text", freeze ? ", FREEZE" : "");
}

Result<std::optional<Refusal>> RowEncoder::encode(const Row& row, Out& out) {
  if (!row.problem.empty()) return std::optional(Refusal{"", std::string(trimmed(row.raw)), row.problem});
  if (file_->expected_fields > 0 && row.fields.size() != file_->expected_fields)
    return std::optional(Refusal{"", std::string(trimmed(row.raw)),
                                 fmt::format("the row has {} fields, the file's first line has {}",
                                             row.fields.size(), file_->expected_fields)});
  const std::size_t before = out.size();
  Result<std::optional<Refusal>> outcome = put_row(row, out);
  if (!outcome || *outcome) out.cut(before);
  return outcome;
}

Result<std::optional<Refusal>> RowEncoder::put_row(const Row& row, Out& out) {
  out.reserve(2);
  if (plan_->binary) out.int16(static_cast<std::int16_t>(plan_->columns.size()));
  for (std::size_t i = 0; i < plan_->columns.size(); ++i) {
    if (!plan_->binary && i > 0) {
      out.reserve(1);
      out.byte('\t');
    }
    Result<std::optional<Refusal>> outcome = put(i, row, out);
    if (!outcome || *outcome) return outcome;
  }
  out.reserve(1);
  if (!plan_->binary) out.byte('\n');
  return std::optional<Refusal>();
}

Result<std::optional<Refusal>> RowEncoder::put(std::size_t index, const Row& row, Out& out) {
  const PlannedColumn& planned = plan_->columns[index];
  if (planned.constant) {
    out.reserve(constants_[index].size());
    out.bytes(constants_[index]);
    return std::optional<Refusal>();
  }
  const CatalogColumn& column = plan_->column_of(planned);
  const Value value = TRY(value_of(index, row));
  if (!value.null) return put_value(column, value, out);
  if (column.not_null)
    return std::optional(Refusal{column.name, "", "the column is NOT NULL, and there is no value"});
  put_null(out);
  return std::optional<Refusal>();
}

// What the column gets: trimmed, then null_if, then the fallback; a missing one is the column's own default.
Result<RowEncoder::Value> RowEncoder::value_of(std::size_t index, const Row& row) {
  const PlannedColumn& planned = plan_->columns[index];
  const int place = file_->fields[index];
  const Field field = place >= 0 && static_cast<std::size_t>(place) < row.fields.size()
                          ? row.fields[static_cast<std::size_t>(place)]
                          : Field{};
  Value value{field.text(), field.cell != Cell::text, row.clean};
  if (planned.plain() && !value.null) return value;
  if (planned.trim && !value.null) {
    value.text = trimmed(value.text);
    value.null = value.text.empty();
  }
  if (!value.null &&
      std::find(planned.null_if.begin(), planned.null_if.end(), value.text) != planned.null_if.end())
    value.null = true;
  if (value.null && planned.fallback) return Value{*planned.fallback, false, false};
  const CatalogColumn& column = plan_->column_of(planned);
  if (field.cell == Cell::missing && !column.default_expression.empty()) {
    std::optional<std::string> made = TRY(server_->next_default(column));
    if (!made) return Value{{}, true, false};
    held_ = std::move(*made);
    return Value{held_, false, false};
  }
  return value;
}

Result<std::optional<Refusal>> RowEncoder::put_value(const CatalogColumn& column, const Value& value,
                                                     Out& out) {
  bool ascii = value.clean;
  if (!value.clean) {
    ascii = is_plain_ascii(value.text);
    if (!ascii) {
      std::string problem = encoding_problem(value.text);
      if (!problem.empty())
        return std::optional(Refusal{column.name, std::string(value.text), std::move(problem)});
    }
  }
  Out& into = plan_->binary ? out : scratch_;
  if (!plan_->binary) scratch_.clear();
  if (column.type.encode != nullptr) {
    into.reserve(2 * value.text.size() + 64);
    const Fit fit = column.type.encode(column.type, value.text, ascii, into);
    if (fit == Fit::no)
      return std::optional(
          Refusal{column.name, std::string(value.text), refusal_of(column.type, value.text)});
    if (fit == Fit::ask) {
      Result<std::optional<Refusal>> outcome = put_unusual(column, value, into);
      if (!outcome || *outcome) return outcome;
    }
  }
  if (!plan_->binary) put_text(value.text, out);
  return std::optional<Refusal>();
}

Result<std::optional<Refusal>> RowEncoder::put_unusual(const CatalogColumn& column, const Value& value,
                                                       Out& out) {
  const ServerSide::Answer& answer = *TRY(server_->ask(column, value.text));
  if (!answer.accepted) return std::optional(Refusal{column.name, std::string(value.text), answer.bytes});
  out.reserve(4 + answer.bytes.size());
  out.int32(static_cast<std::int32_t>(answer.bytes.size()));
  out.bytes(answer.bytes);
  return std::optional<Refusal>();
}

void RowEncoder::put_null(Out& out) {
  out.reserve(4);
  if (plan_->binary)
    out.int32(-1);
  else
    out.bytes("\\N");
}

// COPY's text format: a backslash before each byte that would mean something.
void RowEncoder::put_text(std::string_view text, Out& out) {
  out.reserve(2 * text.size());
  for (const char c : text) {
    const bool special = c == '\\' || c == '\n' || c == '\r' || c == '\t';
    if (special) out.byte('\\');
    out.byte(c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\t' ? 't' : c);
  }
}

}  // namespace slipway::ingest
