#pragma once
#include <span>

#include "handlers/imports/import_file.h"

namespace laoke {

// Columns: name, phone, external_id, email, birthday, tags, address, region, city, recipient, postcode, note, stage,
// grade, source, language, time_zone, opted_out (是/否), and any attribute as attr.NAME.
std::span<const ImportColumn> customer_columns();

// One row: the customer is found by external_id, else by phone, else by the exact name among those who have neither
// phone nor external_id; else made. What the row says is set or added, an empty cell changes nothing: importing the
// same file twice changes nothing. For run_import() and import_rows(). Throws RowRejected having changed nothing.
RowOutcome import_customer(const Context& context, const ImportRow& row);

}  // namespace laoke
