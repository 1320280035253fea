#include "handlers/imports/csv_reader.h"

#include <catch2/catch.hpp>

#include "handlers/refusal.h"

using namespace laoke;

namespace {

using Cells = std::vector<std::string>;

std::vector<CsvRecord> records_of(const std::string& bytes) {
  CsvReader reader(bytes);
  std::vector<CsvRecord> records;
  while (auto record = reader.next()) records.push_back(std::move(*record));
  return records;
}

std::vector<Cells> cells_of(const std::string& bytes) {
  std::vector<Cells> cells;
  for (auto& record : records_of(bytes))
    cells.push_back(record.problem ? Cells{"!" + record.problem->en.substr(0, 12)} : record.cells);
  return cells;
}

// "姓名,备注\r\n张三,你好" as Excel on Chinese Windows writes it, the last character one of GB18030's four-byte ones (€
// is 0xA2E3).
const std::string kGb18030 = "\xD0\xD5\xC3\xFB,\xB1\xB8\xD7\xA2\r\n\xD5\xC5\xC8\xFD,\xC4\xE3\xBA\xC3\x94\x39\xDA\x33";

}  // namespace

TEST_CASE("a CSV file is read whatever program wrote it", "[imports][csv]") {
  struct Row {
    const char* says;
    std::string bytes;
    std::vector<Cells> cells;
  };
  const auto row = GENERATE_COPY(values<Row>({
      {"UTF-8 with LF", "a,b\n1,2\n", {{"a", "b"}, {"1", "2"}}},
      {"UTF-8 with BOM and CRLF", "\xEF\xBB\xBF姓名,b\r\n张三,2\r\n", {{"姓名", "b"}, {"张三", "2"}}},
      {"no line end at the end", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
      {"CR alone, as old Macs write", "a,b\r1,2\r", {{"a", "b"}, {"1", "2"}}},
      {"semicolons", "a;b\n1,5;2\n", {{"a", "b"}, {"1,5", "2"}}},
      {"tabs with empty cells", "a\tb\tc\n1\t\t3\n", {{"a", "b", "c"}, {"1", "", "3"}}},
      {"Excel's sep line", "sep=;\na;b\n", {{"a", "b"}}},
      {"GB18030", kGb18030, {{"姓名", "备注"}, {"张三", "你好💩"}}},
      {"a quoted comma, quote and line end", "a,b\n\"1,\"\"x\"\"\ny\",2\n", {{"a", "b"}, {"1,\"x\"\ny", "2"}}},
      {"blank lines and rows of nothing but commas", "a,b\n\n  \n,\n1,2\n,,,\n\n", {{"a", "b"}, {"1", "2"}}},
      {"blanks around cells", "a , b\n 1 ,　2　\n", {{"a", "b"}, {"1", "2"}}},
      {"emoji and right-to-left", "a,b\n👩‍🌾,שלום\n", {{"a", "b"}, {"👩‍🌾", "שלום"}}},
      {"a quote within a cell", "a,b\n5\" pot,2\n", {{"a", "b"}, {"5\" pot", "2"}}},
      {"nothing", "", {}},
      {"a BOM alone", "\xEF\xBB\xBF", {}},
  }));
  INFO(row.says);
  CHECK(cells_of(row.bytes) == row.cells);
}

TEST_CASE("a broken line is told with its number and the lines after it are read", "[imports][csv]") {
  SECTION("a quote that is never closed costs one line") {
    const auto records = records_of("a,b\n1,\"open\n2,x\n3,y\n");
    REQUIRE(records.size() == 4);
    CHECK(records[1].line == 2);
    CHECK(records[1].problem);
    CHECK(records[1].cells == Cells{"1,\"open"});  // whoever mends the file sees the line
    CHECK(records[2].cells == Cells{"2", "x"});
    CHECK(records[3].line == 4);
  }
  SECTION("and does not swallow a later quoted cell beyond the limit of lines") {
    std::string bytes = "a,b\n1,\"open\n";
    for (int i = 0; i < 300; ++i) bytes += "2,x\n";
    const auto records = records_of(bytes);
    CHECK(records.size() == 302);
    CHECK(records[1].problem);
  }
  SECTION("a line over the limit") {
    const auto records = records_of("a,b\n1," + std::string(kMaxCsvLineBytes, 'x') + "\n2,y\n");
    REQUIRE(records.size() == 3);
    CHECK(records[1].problem);
    CHECK(records[1].cells.empty());
    CHECK(records[2].cells == Cells{"2", "y"});
    CHECK(records[2].line == 3);
  }
  SECTION("too many columns") {
    const auto records = records_of("a,b\n" + std::string(5000, ',') + "x\n1,2\n");
    REQUIRE(records.size() == 3);
    CHECK(records[1].problem);
    CHECK(records[1].cells.size() <= kMaxCsvColumns + 1);
  }
  SECTION("bytes that are no text") {
    const auto records = records_of("姓名,备注\n张三,好\n李\xFF四,坏\n王五,好\n");
    REQUIRE(records.size() == 4);
    CHECK(records[2].problem);
    CHECK_FALSE(records[3].problem);
  }
  SECTION("a quoted cell over two lines keeps the numbers right") {
    const auto records = records_of("a\n\"x\r\ny\"\r\nz\r\n");
    CHECK(records[1].line == 2);
    CHECK(records[2].line == 4);
  }
}

TEST_CASE("a NUL in a cell becomes the replacement character", "[imports][csv]") {
  CHECK(cells_of(std::string("a\nx\0y\n", 6)) == std::vector<Cells>{{"a"}, {"x\xEF\xBF\xBDy"}});
}

TEST_CASE("a workbook or a UTF-16 file is refused with what to do", "[imports][csv]") {
  for (const std::string& bytes : {std::string("PK\x03\x04zip"),
                                   std::string("\xFF\xFE"
                                               "a\0",
                                               4),
                                   std::string("\xD0\xCF\x11\xE0")})
    CHECK_THROWS_AS(CsvReader(bytes), Refusal);
}

TEST_CASE("a written line reads back as it was and runs no formula", "[imports][csv]") {
  CHECK(cells_of(csv_line({"a,b", "say \"hi\"", "x\ny", "张三"})) ==
        std::vector<Cells>{{"a,b", "say \"hi\"", "x\ny", "张三"}});
  CHECK(csv_line({"=1+1", "+86 138", "-5.5", "@x", ""}) == "'=1+1,+86 138,-5.5,'@x,\r\n");
}
