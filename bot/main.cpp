#include "storage/database.h"

int main() {
  const auto database = laoke::storage::open_database({});
  return database->schema_version() > 0 ? 0 : 1;
}
