#include "handlers/imports/import_file.h"

#include <algorithm>
#include <compare>

#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

constexpr std::string_view kAttributePrefix = "attr.";

std::string comparable(std::string_view header) {
  std::string text = word_key(header);
  std::erase_if(text, [](char c) { return c == ' ' || c == '_' || c == '-' || c == '*'; });
  return text;
}

const ImportColumn* column_called(std::span<const ImportColumn> columns, std::string_view header) {
  const std::string wanted = comparable(header);
  const auto is = [&](std::string_view name) { return comparable(name) == wanted; };
  for (const auto& column : columns)
    if (is(column.id) || std::any_of(column.names.begin(), column.names.end(), is)) return &column;
  return nullptr;
}

std::string shown(const ImportColumn& column) {
  const std::string id(column.id);
  return column.names.empty() ? id : std::string(column.names.front()) + "/" + id;
}

std::string all_shown(std::span<const ImportColumn> columns) {
  std::string list;
  for (const auto& column : columns) list += (list.empty() ? "" : ", ") + shown(column);
  return list;
}

Refusal unknown_column(std::span<const ImportColumn> columns, const std::string& header, bool attributes_allowed) {
  std::vector<std::string_view> names;
  for (const auto& column : columns) {
    names.push_back(column.id);
    names.insert(names.end(), column.names.begin(), column.names.end());
  }
  const auto near = nearest(simplified(header), std::span<const std::string_view>(names));
  const std::string shortened = shorten(header, 40);
  if (!near.empty()) return refusal({"import.unknown_column_near", {{"column", shortened}, {"near", near.front()}}});
  return refusal({attributes_allowed ? "import.unknown_column_attribute" : "import.unknown_column",
                  {{"column", shortened}, {"allowed", all_shown(columns)}}});
}

std::string id_of(std::span<const ImportColumn> columns, const std::string& header, bool attributes_allowed) {
  if (header.empty()) return "";  // a column without a name is left alone: spreadsheets leave empty ones behind
  if (attributes_allowed && fold(header).starts_with(kAttributePrefix) && header.size() > kAttributePrefix.size())
    return std::string(kAttributePrefix) + std::string(trim(std::string_view(header).substr(kAttributePrefix.size())));
  const auto* column = column_called(columns, header);
  if (column == nullptr) throw unknown_column(columns, header, attributes_allowed);
  return std::string(column->id);
}

void check_columns(std::span<const ImportColumn> columns, const std::vector<std::string>& ids) {
  for (const auto& id : ids)
    if (!id.empty() && std::count(ids.begin(), ids.end(), id) > 1)
      throw refusal({"import.column_twice", {{"column", id}}});
  for (const auto& column : columns)
    if (column.required && std::find(ids.begin(), ids.end(), column.id) == ids.end())
      throw refusal({"import.column_missing", {{"column", shown(column)}}});
}

void reject(ImportResult& result, const ImportRow& row, std::string column, Said reason) {
  ++result.rejected;
  if (result.rejects.size() < kMaxKeptRejects)
    result.rejects.push_back({row.line, std::move(column), std::move(reason), row.raw});
}

// All lines of the row, of which one is to blame: 0 is the first.
void reject_all(ImportResult& result, const ImportRow& row, std::size_t blamed, const std::string& column, const Said& reason) {
  if (blamed == 0) blamed = row.line;
  const auto one = [&](const ImportRow& line) {
    if (line.line == blamed)
      reject(result, line, column, reason);
    else
      reject(result, line, "", said({"import.other_line", {{"line", blamed}}}));
  };
  one(row);
  for (const auto& line : row.further) one(line);
}

// The first line of the row that cannot be read.
const ImportRow* unreadable(const ImportRow& row) {
  if (row.problem) return &row;
  const auto found = std::ranges::find_if(row.further, [](const ImportRow& line) { return line.problem.has_value(); });
  return found == row.further.end() ? nullptr : &*found;
}

void add(ImportResult& total, ImportResult slice) {
  total.rows += slice.rows;
  total.created += slice.created;
  total.updated += slice.updated;
  total.unchanged += slice.unchanged;
  total.rejected += slice.rejected;
  for (auto& line : slice.rejects)
    if (total.rejects.size() < kMaxKeptRejects) total.rejects.push_back(std::move(line));
}

// Carries the result of a dry run out of the transaction it undoes.
struct NothingKept {
  ImportResult result;
};

ImportResult write_slice(storage::Database& database, bool dry_run,
                         const std::function<ImportResult(storage::Transaction&)>& slice) {
  try {
    return database.write(
        [&](storage::Transaction& tx) {
          ImportResult result = slice(tx);
          if (dry_run) throw NothingKept{std::move(result)};
          return result;
        },
        storage::Lane::kBulk);
  } catch (NothingKept& undone) {
    return std::move(undone.result);
  }
}

}  // namespace

std::string_view ImportRow::cell(std::string_view id) const {
  for (std::size_t i = 0; ids_ != nullptr && i < ids_->size() && i < raw.size(); ++i)
    if ((*ids_)[i] == id) return raw[i];
  return "";
}

void ImportRow::put(std::string_view id, std::string text) {
  for (std::size_t i = 0; ids_ != nullptr && i < ids_->size(); ++i) {
    if ((*ids_)[i] != id) continue;
    if (raw.size() <= i) raw.resize(i + 1);
    raw[i] = std::move(text);
    return;
  }
}

std::vector<std::pair<std::string_view, std::string_view>> ImportRow::attributes() const {
  std::vector<std::pair<std::string_view, std::string_view>> found;
  for (std::size_t i = 0; ids_ != nullptr && i < ids_->size() && i < raw.size(); ++i) {
    const std::string_view id = (*ids_)[i];
    if (id.starts_with(kAttributePrefix) && !raw[i].empty())
      found.emplace_back(id.substr(kAttributePrefix.size()), raw[i]);
  }
  return found;
}

ImportFile::ImportFile(std::string_view bytes, std::span<const ImportColumn> columns, bool attributes_allowed)
    : reader_(bytes), total_(bytes.size()) {
  const auto header = reader_.next();
  if (!header) throw refusal({"import.empty"});
  if (header->problem) throw Refusal("import.header", header->problem->zh, header->problem->en);
  header_ = header->cells;
  for (const auto& name : header_) ids_.push_back(id_of(columns, name, attributes_allowed));
  check_columns(columns, ids_);
  for (const auto& column : columns)
    if (column.joins && std::find(ids_.begin(), ids_.end(), column.id) != ids_.end()) joins_ = column.id;
  if (!joins_.empty()) find_places_apart(bytes);
}

// Reads ahead once, so that no part of a row is taken before it is known that its lines stand together. Sixteen bytes a
// row, for the time of the reading.
void ImportFile::find_places_apart(std::string_view bytes) {
  const auto at = static_cast<std::size_t>(std::find(ids_.begin(), ids_.end(), joins_) - ids_.begin());
  struct Place {
    std::uint64_t hash;
    std::size_t line;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> places;
  CsvReader reader(bytes);
  reader.next();  // the header
  std::string before;
  while (auto record = reader.next()) {
    std::string cell = at < record->cells.size() ? std::move(record->cells[at]) : "";
    if (!cell.empty() && cell != before) places.push_back({std::hash<std::string_view>()(cell), record->line});
    before = std::move(cell);
  }
  std::ranges::sort(places);
  for (std::size_t i = 1; i < places.size(); ++i)
    if (places[i].hash == places[i - 1].hash) apart_.try_emplace(places[i].hash, Places{places[i - 1].line, places[i].line});
}

std::optional<Said> ImportFile::problem_of_place(const ImportRow& row) const {
  const std::string_view cell = joined_by(row);
  if (cell.empty()) return std::nullopt;
  if (cell == too_long_) return said({"import.too_many_joined", {{"value", shorten(cell, 40)}, {"allowed", kMaxJoinedLines}}});
  const auto found = apart_.find(std::hash<std::string_view>()(cell));
  if (found == apart_.end()) return std::nullopt;
  const auto [first, second] = found->second;
  return said({"import.not_together", {{"value", shorten(cell, 40)}, {"line", row.line < second ? second : first}}});
}

std::optional<ImportRow> ImportFile::next_line() {
  if (ahead_) return std::exchange(ahead_, std::nullopt);
  auto record = reader_.next();
  if (!record) return std::nullopt;
  ImportRow row;
  row.line = record->line;
  row.problem = std::move(record->problem);
  row.raw = std::move(record->cells);
  row.ids_ = &ids_;
  if (!row.problem && row.raw.size() > header_.size())
    row.problem = said({"import.too_many_cells", {{"cells", row.raw.size()}, {"columns", header_.size()}}});
  return row;
}

// The row that begins with this line.
ImportRow ImportFile::next_row(ImportRow first) {
  const std::string cell(joined_by(first));
  if (cell != too_long_) too_long_.clear();
  if (!cell.empty() && too_long_.empty()) {
    while (first.further.size() + 1 < kMaxJoinedLines && (ahead_ = next_line()) && joined_by(*ahead_) == cell)
      first.further.push_back(*std::exchange(ahead_, std::nullopt));
    if (first.further.size() + 1 == kMaxJoinedLines && (ahead_ = next_line()) && joined_by(*ahead_) == cell) too_long_ = cell;
  }
  if (!first.problem) first.problem = problem_of_place(first);
  return first;
}

std::vector<ImportRow> ImportFile::next_rows(std::size_t limit) {
  std::vector<ImportRow> rows;
  for (std::size_t lines = 0; lines < limit;) {
    auto line = next_line();
    if (!line) break;
    rows.push_back(next_row(std::move(*line)));
    lines += 1 + rows.back().further.size();
  }
  return rows;
}

std::string ImportFile::header_of(std::string_view id) const {
  for (std::size_t i = 0; i < ids_.size(); ++i)
    if (ids_[i] == id) return header_[i];
  return std::string(id);
}

ImportResult import_rows(const Context& context, const ImportFile& file, std::span<const ImportRow> rows,
                         const std::function<RowOutcome(const Context&, const ImportRow&)>& take) {
  ImportResult result;
  for (const auto& row : rows) {
    result.rows += 1 + row.further.size();
    if (const auto* wrong = unreadable(row)) {
      reject_all(result, row, wrong->line, "", *wrong->problem);
      continue;
    }
    try {
      switch (take(context, row)) {
        case RowOutcome::kCreated:
          ++result.created;
          break;
        case RowOutcome::kUpdated:
          ++result.updated;
          break;
        case RowOutcome::kUnchanged:
          ++result.unchanged;
          break;
      }
    } catch (const RowRejected& rejected) {
      reject_all(result, row, rejected.line(), rejected.column_id().empty() ? "" : file.header_of(rejected.column_id()), rejected.reason());
    } catch (const Refusal& refused) {
      reject_all(result, row, 0, "", {refused.text("zh-CN"), refused.text("en")});
    }
  }
  return result;
}

ImportResult run_import(storage::Database& database, const storage::Shop& shop, ImportFile& file,
                        const ImportOptions& options,
                        const std::function<RowOutcome(const Context&, const ImportRow&)>& row) {
  ImportResult total;
  for (auto rows = file.next_rows(); !rows.empty(); rows = file.next_rows()) {
    add(total, write_slice(database, options.dry_run, [&](storage::Transaction& tx) {
          return import_rows({tx, shop, options.now_ms, {Actor::Kind::kImport, 0}}, file, rows, row);
        }));
    if (options.progress) options.progress(total, file.bytes_read(), file.bytes_total());
    if (options.stopped && options.stopped()) break;
  }
  return total;
}

std::string rejected_csv(const ImportFile& file, const ImportResult& result, std::string_view language) {
  std::string out = "\xEF\xBB\xBF";
  auto header = file.header();
  for (const char* key : {"import.reject_line", "import.reject_column", "import.reject_reason"})
    header.push_back(say(language, key));
  out += csv_line(header);
  for (const auto& line : result.rejects) {
    auto cells = line.raw;
    cells.resize(file.header().size());
    for (const std::string& cell : {std::to_string(line.line), line.column, line.reason.in(language)})
      cells.push_back(cell);
    out += csv_line(cells);
  }
  return out;
}

}  // namespace laoke
