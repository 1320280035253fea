#include "handlers/imports/csv_reader.h"

#include <csv.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "handlers/imports/text_encoding.h"
#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {
namespace {

constexpr std::size_t kShownRawBytes = 4096;
constexpr std::string_view kBom = "\xEF\xBB\xBF";

void refuse_what_is_no_csv(std::string_view bytes) {
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("\xD0\xCF\x11\xE0")) throw refusal({"import.workbook"});
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) throw refusal({"import.utf16"});
}

// The end of the line that begins at `at`, its line end included: LF, CRLF or CR.
std::size_t line_end(std::string_view bytes, std::size_t at) {
  const std::size_t end = bytes.find_first_of("\r\n", at);
  if (end == std::string_view::npos) return bytes.size();
  return bytes.substr(end, 2) == "\r\n" ? end + 2 : end + 1;
}

char likeliest_delimiter(std::string_view line) {
  std::array<std::pair<char, int>, 3> seen{{{',', 0}, {';', 0}, {'\t', 0}}};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    for (auto& [delimiter, count] : seen)
      if (c == delimiter && !quoted) ++count;
  }
  return std::max_element(seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// What libcsv hands over for one record.
struct Collected {
  std::vector<std::string> cells;  // as in the file
  bool complete = false;
};

void on_cell(void* bytes, size_t size, void* collected) {
  auto& cells = static_cast<Collected*>(collected)->cells;
  // One more than allowed tells that there are too many; what follows is not kept.
  if (cells.size() <= kMaxCsvColumns) cells.emplace_back(static_cast<const char*>(bytes), size);
}

void on_record(int, void* collected) {
  static_cast<Collected*>(collected)->complete = true;
}

class Parser {
 public:
  explicit Parser(char delimiter) {
    if (csv_init(&parser_, 0) != 0) throw std::bad_alloc();
    csv_set_delim(&parser_, static_cast<unsigned char>(delimiter));
    if (delimiter == '\t') csv_set_space_func(&parser_, [](unsigned char c) { return c == ' ' ? 1 : 0; });
  }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  void feed(std::string_view bytes, Collected& into) {
    if (csv_parse(&parser_, bytes.data(), bytes.size(), on_cell, on_record, &into) != bytes.size())
      throw std::runtime_error(csv_strerror(csv_error(&parser_)));
  }
  // False when a quote is still open.
  bool finish(Collected& into) {
    // Strict only now: before, it would refuse a stray quote within a cell.
    csv_set_opts(&parser_, CSV_STRICT | CSV_STRICT_FINI);
    return csv_fini(&parser_, on_cell, on_record, &into) == 0;
  }

 private:
  csv_parser parser_{};
};

bool looks_like_a_number(std::string_view cell) {
  return cell.size() > 1 && cell.find_first_not_of("+-0123456789., ()") == std::string_view::npos;
}

bool runs_as_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos && !looks_like_a_number(cell);
}

// What csv_line() put in front of a formula comes off again: an exported file says the same when it is read.
std::string without_guard(std::string_view cell) {
  return std::string(cell.starts_with('\'') && runs_as_formula(cell.substr(1)) ? cell.substr(1) : cell);
}

}  // namespace

struct CsvReader::State {
  explicit State(std::string_view all)
      : bytes(all),
        at(all.starts_with(kBom) ? kBom.size() : 0),
        encoding(at > 0 ? CsvEncoding::kUtf8 : encoding_of(all)),
        decoder(encoding) {
    const auto first = bytes.substr(at, line_end(bytes, at) - at);
    if (first.starts_with("sep=") && first.size() > 4) {
      delimiter = first[4];
      at = line_end(bytes, at);
      ++line;
    } else {
      delimiter = likeliest_delimiter(first);
    }
  }

  std::optional<CsvRecord> read_record();
  std::optional<Said> collect(Collected& collected);
  void decode_cells(const Collected& collected, CsvRecord& record);
  void skip_line() {
    at = line_end(bytes, at);
    ++line;
  }

  std::string_view bytes;
  std::size_t at, line = 1;
  CsvEncoding encoding;
  TextDecoder decoder;
  char delimiter = ',';
};

// Feeds line after line until the record is whole. When it cannot be, only its first line is given up.
std::optional<Said> CsvReader::State::collect(Collected& collected) {
  Parser parser(delimiter);
  const std::size_t start = at, start_line = line;
  const auto give_up = [&](const char* key, std::size_t allowed) {
    at = start;
    line = start_line;
    skip_line();
    collected.cells.clear();
    // As it stands, so that whoever mends the file sees what was meant; a line without end is not repeated.
    if (at - start <= kShownRawBytes) collected.cells.emplace_back(trim(bytes.substr(start, at - start)));
    return said({key, {{"allowed", allowed}}});
  };
  while (!collected.complete) {
    const std::size_t end = line_end(bytes, at);
    if (end - start > kMaxCsvLineBytes) return give_up("import.line_too_long", kMaxCsvLineBytes);
    if (line - start_line >= kMaxCsvRecordLines) return give_up("import.open_quote", kMaxCsvRecordLines);
    parser.feed(bytes.substr(at, end - at), collected);
    at = end;
    ++line;
    if (at < bytes.size()) continue;
    if (!collected.complete && !parser.finish(collected)) return give_up("import.open_quote", kMaxCsvRecordLines);
    break;
  }
  return std::nullopt;
}

void CsvReader::State::decode_cells(const Collected& collected, CsvRecord& record) {
  bool broken = false;
  for (const auto& cell : collected.cells) record.cells.push_back(without_guard(trim(decoder.decode(cell, broken))));
  if (broken && !record.problem) record.problem = said({"import.broken_text"});
  if (record.cells.size() > kMaxCsvColumns && !record.problem)
    record.problem = said({"import.too_many_columns", {{"allowed", kMaxCsvColumns}}});
}

std::optional<CsvRecord> CsvReader::State::read_record() {
  while (at < bytes.size() && blank(bytes.substr(at, std::min(line_end(bytes, at) - at, kMaxCsvLineBytes))))
    skip_line();
  if (at >= bytes.size()) return std::nullopt;
  CsvRecord record;
  record.line = line;
  Collected collected;
  record.problem = collect(collected);
  decode_cells(collected, record);
  return record;
}

CsvReader::CsvReader(std::string_view bytes) {
  refuse_what_is_no_csv(bytes);
  state_ = std::make_unique<State>(bytes);
}
CsvReader::~CsvReader() = default;

std::optional<CsvRecord> CsvReader::next() {
  while (auto record = state_->read_record()) {
    const bool empty =
        std::all_of(record->cells.begin(), record->cells.end(), [](const auto& cell) { return cell.empty(); });
    if (!empty || record->problem) return record;
  }
  return std::nullopt;
}

CsvEncoding CsvReader::encoding() const {
  return state_->encoding;
}
char CsvReader::delimiter() const {
  return state_->delimiter;
}
std::size_t CsvReader::bytes_read() const {
  return state_->at;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    const std::string cell = (runs_as_formula(cells[i]) ? "'" : "") + cells[i];
    std::string quoted(csv_write(nullptr, 0, cell.data(), cell.size()), '\0');
    csv_write(quoted.data(), quoted.size(), cell.data(), cell.size());
    line += cell.find_first_of(",\"\r\n;\t") == std::string::npos ? cell : quoted;
  }
  return line += "\r\n";
}

}  // namespace laoke
