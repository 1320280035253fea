#pragma once
#include <span>

#include "handlers/imports/import_file.h"

namespace laoke {

// Columns: name, sku, family, price, currency, usage_days, care, care_after_days.
std::span<const ImportColumn> product_columns();

// One product: found by sku, else by name; else made. An empty cell changes nothing. For run_import() and import_rows().
// Throws RowRejected or Refusal with what is wrong.
RowOutcome import_product(const Context& context, const ImportRow& row);

}  // namespace laoke
