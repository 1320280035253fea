#include "handlers/imports/import_file.h"

#include <algorithm>

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
}

std::vector<ImportRow> ImportFile::next_rows(std::size_t limit) {
  std::vector<ImportRow> rows;
  while (rows.size() < limit) {
    auto record = reader_.next();
    if (!record) break;
    ImportRow row;
    row.line = record->line;
    row.problem = std::move(record->problem);
    row.raw = std::move(record->cells);
    row.ids_ = &ids_;
    if (!row.problem && row.raw.size() > header_.size())
      row.problem = said({"import.too_many_cells", {{"cells", row.raw.size()}, {"columns", header_.size()}}});
    rows.push_back(std::move(row));
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
    ++result.rows;
    if (row.problem) {
      reject(result, row, "", *row.problem);
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
      reject(result, row, rejected.column_id().empty() ? "" : file.header_of(rejected.column_id()), rejected.reason());
    } catch (const Refusal& refused) {
      reject(result, row, "", {refused.text("zh-CN"), refused.text("en")});
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
