#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "handlers/context.h"
#include "handlers/imports/csv_reader.h"

// What all imports share: columns by name, rows, counts, and the run in slices. An import brings its list of columns
// and a function that takes a slice of rows; see handlers/imports/customers.cpp.
namespace laoke {

inline constexpr std::size_t kImportSliceRows = 500;    // of one bulk write
inline constexpr std::size_t kMaxJoinedLines = 200;     // of one row, see ImportColumn::joins
inline constexpr std::size_t kMaxKeptRejects = 10'000;  // told line by line; more are only counted

// A column an import understands. The names are compared folded and in simplified characters, with blanks, '_' and '-' left out.
struct ImportColumn {
  std::string_view id;  // "name"
  std::vector<std::string_view>
      names;  // "姓名", "name", "客户姓名", …; the first Chinese and the id are shown to people
  bool required = false;
  bool joins = false;  // lines that follow each other with the same cell here are one row; at most one column of a list
};

class ImportRow {
 public:
  std::size_t line = 0;
  std::optional<Said> problem;   // it cannot be read: reject it with this
  std::vector<std::string> raw;  // all cells, for the file of rejected lines
  std::vector<ImportRow> further;  // the later lines of a row that is joined from several; they have none themselves
  // The trimmed cell of that column, of this line; "" when the file does not have the column or the row is short.
  std::string_view cell(std::string_view id) const;
  bool has(std::string_view id) const { return !cell(id).empty(); }
  // Puts a text into a cell; nothing happens when the file does not have the column.
  void put(std::string_view id, std::string text);
  // Cells of columns named "attr.X": (X, value), the empty ones left out.
  std::vector<std::pair<std::string_view, std::string_view>> attributes() const;

 private:
  friend class ImportFile;
  const std::vector<std::string>* ids_ = nullptr;  // of the file
};

struct RejectedLine {
  std::size_t line = 0;
  std::string column;  // as the file calls it, "" the whole line
  Said reason;
  std::vector<std::string> raw;
};

// How a row went. A row that throws RowRejected or Refusal must have changed nothing; all its lines are put aside then, so
// that the file of rejected lines has the whole of it.
enum class RowOutcome { kCreated, kUpdated, kUnchanged };
class RowRejected : public std::exception {
 public:
  // `line` is the wrong one of a row of several lines; 0 is the first.
  RowRejected(std::string column_id, Said reason, std::size_t line = 0)
      : column_id_(std::move(column_id)), reason_(std::move(reason)), line_(line) {}
  const char* what() const noexcept override { return reason_.en.c_str(); }
  const std::string& column_id() const { return column_id_; }
  const Said& reason() const { return reason_; }
  std::size_t line() const { return line_; }

 private:
  std::string column_id_;
  Said reason_;
  std::size_t line_;
};

// `rows` and `rejected` are lines of the file; the others are what the lines are about, so one for all lines of a row.
struct ImportResult {
  std::size_t rows = 0, created = 0, updated = 0, unchanged = 0, rejected = 0;
  std::vector<RejectedLine> rejects;
};

// A CSV file with a header line. One thread.
class ImportFile {
 public:
  // `bytes` and `columns` are borrowed for the file's life. Throws Refusal that says what is wrong with the file:
  // empty, no CSV, a column missing, twice or unknown (with the nearest name).
  ImportFile(std::string_view bytes, std::span<const ImportColumn> columns, bool attributes_allowed = false);
  // Rows of at most `limit` lines, and the rest of the last row; empty at the end. Lines of a joined row that do not all
  // follow each other, or are more than kMaxJoinedLines, have a problem, all of them.
  std::vector<ImportRow> next_rows(std::size_t limit = kImportSliceRows);
  std::size_t bytes_read() const { return reader_.bytes_read(); }
  std::size_t bytes_total() const { return total_; }
  const std::vector<std::string>& header() const { return header_; }
  // As the file writes the column; the id when it has none.
  std::string header_of(std::string_view id) const;

 private:
  struct Places {
    std::size_t first = 0, second = 0;  // lines
  };

  std::optional<ImportRow> next_line();
  ImportRow next_row(ImportRow first);
  void find_places_apart(std::string_view bytes);
  std::string_view joined_by(const ImportRow& row) const { return joins_.empty() ? "" : row.cell(joins_); }
  std::optional<Said> problem_of_place(const ImportRow& row) const;

  CsvReader reader_;
  std::size_t total_;
  std::vector<std::string> header_, ids_;
  std::string joins_;                      // id of the column that joins lines, "" none in this file
  std::map<std::uint64_t, Places> apart_;  // cells of that column whose lines do not follow each other, hashed
  std::optional<ImportRow> ahead_;         // read already, of the next row
  std::string too_long_;                   // the cell whose lines are too many: those still to come are refused, too
};

// One slice of rows inside a transaction. Counts each row as `row` answers; a refused one is rejected with its reason.
ImportResult import_rows(const Context& context, const ImportFile& file, std::span<const ImportRow> rows,
                         const std::function<RowOutcome(const Context&, const ImportRow&)>& row);

struct ImportOptions {
  bool dry_run =
      false;  // everything is tried and nothing kept; a row that repeats an earlier one may count as new again
  std::int64_t now_ms = 0;
  std::function<void(const ImportResult& so_far, std::size_t bytes_read, std::size_t bytes_total)> progress;
  std::function<bool()> stopped;  // asked between slices: true ends the import, what was done stays
};
// The whole file in slices of one bulk write each. `row` may run twice for a row (a write closure may).
ImportResult run_import(storage::Database& database, const storage::Shop& shop, ImportFile& file,
                        const ImportOptions& options,
                        const std::function<RowOutcome(const Context&, const ImportRow&)>& row);

// The file of rejected lines: the original columns, then line, column and reason. UTF-8 with BOM, so that Excel reads
// it.
std::string rejected_csv(const ImportFile& file, const ImportResult& result, std::string_view language);

}  // namespace laoke
