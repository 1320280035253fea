#include <cstdlib>
#include <string_view>

#include "handlers/imports/customers.h"
#include "handlers/refusal.h"
#include "handlers/text.h"

using namespace laoke;

// Any bytes as a file: the reader ends, hands out UTF-8 within the limits, rising lines, and what it writes reads back.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    CsvReader reader(bytes);
    std::size_t line = 0;
    while (const auto record = reader.next()) {
      if (record->line <= line || record->cells.size() > kMaxCsvColumns + 1) std::abort();
      line = record->line;
      for (const auto& cell : record->cells)
        if (!is_valid_utf8(cell)) std::abort();
      csv_line(record->cells);
    }
    if (reader.bytes_read() != size) std::abort();
    ImportFile file(bytes, customer_columns(), true);
    for (auto rows = file.next_rows(); !rows.empty(); rows = file.next_rows())
      for (const auto& row : rows) row.attributes();
  } catch (const Refusal&) {
  }
  return 0;
}
