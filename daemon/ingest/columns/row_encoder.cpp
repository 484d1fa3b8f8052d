#include "daemon/ingest/columns/row_encoder.hpp"

#include <algorithm>

#include "daemon/ingest/columns/encode_array.hpp"
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
      const Put outcome = encoder.put_value(plan.column_of(column), {**given, false, false}, out);
      if (outcome == Put::failed) return std::move(*encoder.error_);
      if (outcome == Put::refused)
        return error(Kind::usage, "column {} of table {} does not take {}: {}", plan.column_of(column).name,
                     plan.table.name, shown(**given), encoder.refusal_.reason)
            .at(column.at);
      if (given == &column.constant) encoder.constants_[i] = std::string(out.view());
    }
  }
  return encoder;
}

void RowEncoder::use_file(std::size_t file) {
  file_ = &plan_->files[file];
  slots_.clear();
  const Format format = file_->input.kind.format;
  const bool json = format == Format::ndjson || format == Format::json;
  for (std::size_t i = 0; i < plan_->columns.size(); ++i) {
    const PlannedColumn& planned = plan_->columns[i];
    const bool json_array = json && plan_->column_of(planned).type.element != nullptr;
    slots_.push_back({&planned, &plan_->column_of(planned), planned.constant ? &constants_[i] : nullptr,
                      file_->fields[i], planned.plain() && !json_array, json_array});
    for (std::size_t note = 0; note < to_note_.size(); ++note)
      if (to_note_[note] == i) slots_.back().note = static_cast<int>(note);
  }
}

void RowEncoder::note(const std::vector<std::size_t>& columns) {
  to_note_ = columns;
  noted_.resize(columns.size());
}

void RowEncoder::note_text(const Slot& slot, std::string_view text, bool null) {
  NotedKey& noted = noted_[static_cast<std::size_t>(slot.note)];
  noted.text.assign(text);
  noted.null = null;
}

RowEncoder::Put RowEncoder::put_noted(const Slot& slot, const Row& row, Out& out) {
  constexpr std::size_t length_bytes = 4;
  const std::size_t before = out.size();
  const Put outcome = put(slot, row, out);
  const std::string_view put_in = out.view().substr(before);
  const bool small = plan_->binary && put_in.size() > length_bytes && put_in.size() <= length_bytes + 8;
  noted_[static_cast<std::size_t>(slot.note)].binary.assign(small ? put_in.substr(length_bytes) : "");
  return outcome;
}

std::string_view RowEncoder::header() const {
  return plan_->binary ? copy_binary_header : "";
}

std::string_view RowEncoder::trailer() const {
  return plan_->binary ? copy_binary_trailer : "";
}

std::string RowEncoder::copy_options(bool freeze) const {
  return fmt::format("(FORMAT {}{})", plan_->binary ? "binary" : "text", freeze ? ", FREEZE" : "");
}

Result<bool> RowEncoder::encode(const Row& row, Out& out) {
  const std::size_t before = out.size();
  Put outcome = Put::refused;
  if (!row.problem.empty())
    refuse("", trimmed(row.raw), row.problem);
  else if (ragged(row))
    refuse("", trimmed(row.raw),
           fmt::format("the row has {} fields, {} {}", row.fields.size(),
                       file_->raw_header.empty() ? "expected are" : "the file's first line has",
                       file_->expected_fields));
  else
    outcome = put_row(row, out);
  if (outcome == Put::ok) return true;
  out.cut(before);
  if (outcome == Put::failed) return std::move(*error_);
  return false;
}

bool RowEncoder::ragged(const Row& row) const {
  const std::size_t expected = file_->expected_fields;
  if (expected == 0 || row.fields.size() == expected) return false;
  return row.fields.size() > expected || !file_->input.dialect.pad;
}

RowEncoder::Put RowEncoder::put_row(const Row& row, Out& out) {
  out.reserve(2);
  if (plan_->binary) out.int16(static_cast<std::int16_t>(slots_.size()));
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!plan_->binary && i > 0) {
      out.reserve(1);
      out.byte('\t');
    }
    const Put outcome = slots_[i].note < 0 ? put(slots_[i], row, out) : put_noted(slots_[i], row, out);
    if (outcome != Put::ok) return outcome;
  }
  out.reserve(1);
  if (!plan_->binary) out.byte('\n');
  return Put::ok;
}

RowEncoder::Put RowEncoder::put(const Slot& slot, const Row& row, Out& out) {
  if (slot.constant != nullptr) {
    out.reserve(slot.constant->size());
    out.bytes(*slot.constant);
    if (slot.note >= 0) note_text(slot, *slot.planned->constant, false);
    return Put::ok;
  }
  const std::size_t place = static_cast<std::size_t>(slot.field);  // -1: behind every row
  const Field field = place < row.fields.size() ? row.fields[place] : Field{};
  if (slot.plain && field.cell == Cell::text) {
    if (slot.note >= 0) note_text(slot, field.text(), false);
    return put_value(*slot.column, {field.text(), false, row.clean}, out);
  }
  Result<Value> value = value_of(slot, field, row.clean);
  if (!value) return fail_with(std::move(value).error());
  if (slot.note >= 0) note_text(slot, value->text, value->null);
  return value->null ? put_null(*slot.column, out) : put_value(*slot.column, *value, out);
}

// What the column gets: trimmed, then null_if, then the fallback; a missing one is the column's own default.
Result<RowEncoder::Value> RowEncoder::value_of(const Slot& slot, const Field& field, bool clean) {
  const PlannedColumn& planned = *slot.planned;
  Value value{field.text(), field.cell != Cell::text, clean};
  if (planned.trim && !value.null) {
    value.text = trimmed(value.text);
    value.null = value.text.empty();
  }
  if (!value.null &&
      std::find(planned.null_if.begin(), planned.null_if.end(), value.text) != planned.null_if.end())
    value.null = true;
  if (slot.json_array && !value.null && value.text.starts_with('[')) {
    held_.clear();
    array_literal(value.text, held_);
    return Value{held_, false, false};
  }
  if (value.null && planned.fallback) return Value{*planned.fallback, false, false};
  if (field.cell != Cell::missing || slot.column->default_expression.empty()) return value;
  std::optional<std::string> made = TRY(server_->next_default(*slot.column));
  if (!made) return Value{{}, true, false};
  held_ = std::move(*made);
  return Value{held_, false, false};
}

RowEncoder::Put RowEncoder::put_value(const CatalogColumn& column, const Value& value, Out& out) {
  bool ascii = value.clean;
  if (!ascii) {
    ascii = is_plain_ascii(value.text);
    std::string problem = ascii ? std::string() : encoding_problem(value.text);
    if (!problem.empty()) return refuse(column.name, value.text, std::move(problem));
  }
  Out& into = plan_->binary ? out : scratch_;
  if (!plan_->binary) scratch_.clear();
  if (column.type.encode != nullptr) {
    into.reserve(2 * value.text.size() + 64);
    const Fit fit = column.type.encode(column.type, value.text, ascii, into);
    if (fit == Fit::no) return refuse(column.name, value.text, refusal_of(column.type, value.text));
    if (fit == Fit::ask)
      if (const Put outcome = put_unusual(column, value, into); outcome != Put::ok) return outcome;
  }
  if (!plan_->binary) put_text(value.text, out);
  return Put::ok;
}

RowEncoder::Put RowEncoder::put_unusual(const CatalogColumn& column, const Value& value, Out& out) {
  Result<const ServerSide::Answer*> asked = server_->ask(column, value.text);
  if (!asked) return fail_with(std::move(asked).error());
  const ServerSide::Answer& answer = **asked;
  if (!answer.accepted) return refuse(column.name, value.text, answer.bytes);
  out.reserve(4 + answer.bytes.size());
  out.int32(static_cast<std::int32_t>(answer.bytes.size()));
  out.bytes(answer.bytes);
  return Put::ok;
}

RowEncoder::Put RowEncoder::put_null(const CatalogColumn& column, Out& out) {
  if (column.not_null) return refuse(column.name, "", "the column is NOT NULL, and there is no value");
  out.reserve(4);
  if (plan_->binary)
    out.int32(-1);
  else
    out.bytes("\\N");
  return Put::ok;
}

RowEncoder::Put RowEncoder::refuse(const std::string& column, std::string_view value, std::string reason) {
  refusal_ = {column, std::string(value), std::move(reason)};
  return Put::refused;
}

RowEncoder::Put RowEncoder::fail_with(Error error) {
  error_ = std::move(error);
  return Put::failed;
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
