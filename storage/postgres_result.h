#pragma once
#include <libpq-fe.h>

#include <memory>

#include "storage/database.h"

namespace laoke::storage {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, ClearResult>;

// A row of an answer in text format.
class PostgresRow final : public Row {
 public:
  PostgresRow(const PGresult* result, int row) : result_(result), row_(row) {}
  bool is_null(int column) const override { return PQgetisnull(result_, row_, column) == 1; }
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;

 private:
  const PGresult* result_;
  int row_;
};

// Calls `each` for every row.
void each_row(const PGresult* result, const RowFn& each);
// The rows a statement changed.
std::int64_t rows_changed(PGresult* result);

}  // namespace laoke::storage
