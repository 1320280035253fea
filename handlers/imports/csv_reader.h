#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/said.h"

namespace laoke {

// A longer line or record is rejected, and reading goes on with the next line.
inline constexpr std::size_t kMaxCsvLineBytes = 1 << 20;
inline constexpr std::size_t kMaxCsvColumns = 100;
inline constexpr std::size_t kMaxCsvRecordLines =
    100;  // a quoted cell may run over lines; an unclosed quote must not eat the file

enum class CsvEncoding { kUtf8, kGb18030 };

struct CsvRecord {
  std::size_t line = 0;            // where it begins; the first line of the file is 1
  std::vector<std::string> cells;  // UTF-8, trimmed
  std::optional<Said> problem;     // why it cannot be read; cells then hold what could be
};

// Reads the bytes of a CSV file record by record: UTF-8 with or without BOM or GB18030, comma, semicolon or tab (told
// by the first line, or by Excel's "sep=" line), quotes as RFC 4180, any line end. Blank records are left out. One
// thread.
class CsvReader {
 public:
  // `bytes` are borrowed for the reader's life. Throws Refusal for a file that is no CSV at all (Excel workbook,
  // UTF-16).
  explicit CsvReader(std::string_view bytes);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  std::optional<CsvRecord> next();  // nothing at the end
  CsvEncoding encoding() const;
  char delimiter() const;
  std::size_t bytes_read() const;  // of the size given, for progress

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One line of CSV with CRLF: cells quoted where they must be; one that a spreadsheet would run as a formula (= + - @)
// gets an apostrophe in front, numbers and phone numbers excepted.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace laoke
