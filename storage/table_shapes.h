#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Column {
  enum class Type { kInteger, kReal, kText };
  std::string name;
  Type type = Type::kText;
};

// A table as the database itself describes it.
struct TableShape {
  std::string name;
  std::vector<Column> columns;   // sorted by name, so that two engines agree
  std::vector<std::string> key;  // the primary key's columns in their order
};

// All tables with shops' data, by name; not schema_version, which each engine keeps for itself.
std::vector<TableShape> table_shapes(Database& database);

}  // namespace laoke::storage
