#include "storage/postgres_result.h"

#include <charconv>

#include "storage/postgres_types.h"

namespace laoke::storage {
namespace {

template <class Number>
Number number_in(std::string_view text) {
  Number number{};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::string_view PostgresRow::text(int column) const {
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

std::int64_t PostgresRow::integer(int column) const {
  switch (PQftype(result_, column)) {
    case oid::kBool: return text(column) == "t" ? 1 : 0;
    case oid::kFloat8: return static_cast<std::int64_t>(number_in<double>(text(column)));
    default: return number_in<std::int64_t>(text(column));  // of a numeric what stands before the point
  }
}

double PostgresRow::real(int column) const { return number_in<double>(text(column)); }

void each_row(const PGresult* result, const RowFn& each) {
  if (!each) return;
  const int rows = PQntuples(result);
  for (int row = 0; row < rows; ++row) each(PostgresRow(result, row));
}

std::int64_t rows_changed(PGresult* result) { return number_in<std::int64_t>(PQcmdTuples(result)); }

}  // namespace laoke::storage
