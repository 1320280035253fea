#include "storage/table_shapes.h"

#include <algorithm>
#include <map>

namespace laoke::storage {
namespace {

// Both answer: table, column, declared type, place in the primary key (0: none).
constexpr const char* kSqliteShapes =
    "SELECT m.name, c.name, c.type, c.pk FROM sqlite_master m JOIN pragma_table_info(m.name) c"
    " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.name";
constexpr const char* kPostgresShapes =
    "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),"
    " coalesce(array_position(i.indkey::smallint[], a.attnum) + 1 - array_lower(i.indkey::smallint[], 1), 0)::bigint"
    " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary"
    " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2";

Column::Type type_of(std::string declared) {
  std::transform(declared.begin(), declared.end(), declared.begin(), [](unsigned char c) { return std::toupper(c); });
  if (declared.find("INT") != std::string::npos) return Column::Type::kInteger;
  if (declared.find("DOUBLE") != std::string::npos || declared.find("REAL") != std::string::npos) return Column::Type::kReal;
  return Column::Type::kText;
}

}  // namespace

std::vector<TableShape> table_shapes(Database& database) {
  const char* catalogue = database.describe().starts_with("sqlite:") ? kSqliteShapes : kPostgresShapes;
  std::vector<TableShape> shapes;
  std::map<std::int64_t, std::string> key;
  const auto close_last = [&] {
    for (auto& [place, column] : key) shapes.back().key.push_back(std::move(column));
    key.clear();
  };
  database.read([&](Transaction& tx) {
    tx.query_built(catalogue, {}, [&](const Row& row) {
      if (row.text(0) == "schema_version") return;
      if (shapes.empty() || shapes.back().name != row.text(0)) {
        close_last();
        shapes.push_back({row.string(0), {}, {}});
      }
      shapes.back().columns.push_back({row.string(1), type_of(row.string(2))});
      if (row.integer(3) > 0) key[row.integer(3)] = row.string(1);
    });
  });
  close_last();
  std::sort(shapes.begin(), shapes.end(), [](const TableShape& a, const TableShape& b) { return a.name < b.name; });
  return shapes;
}

}  // namespace laoke::storage
