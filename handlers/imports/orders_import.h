#pragma once
#include <span>

#include "handlers/imports/import_file.h"

namespace laoke {

// Columns: external_id, customer_id (the customer's external_id), phone, customer (name), date, items ("面膜x2 精华") or
// product and quantity and unit_price, amount, currency, state, recipient, address, note.
std::span<const ImportColumn> order_columns();

// One order of the past, for run_import() and import_rows(); lines that follow each other with the same external_id are its
// items, and what one of them leaves empty another says; two that contradict each other put the order aside. The customer
// is found by customer_id, else phone, else the exact name; one with a name or phone that nobody has is made. Without a
// state the order is completed, without an amount the total is the sum of its items. An order whose external_id is there
// already keeps its items and takes the state of the row if move_order() allows it, dated as the row or as its last step
// if that is later; an impossible one is refused. Without an external_id the whole row is the key, so importing a file twice changes nothing either way. Throws
// RowRejected or Refusal with what is wrong.
RowOutcome import_order(const Context& context, const ImportRow& row);

// A day, or a day and a time, as tables write it: 2026-03-02, 2026/3/2 10:30, 20260302, 2026年3月2日. In `zone`; nullopt for
// anything else, also for 3/2/2026, which two countries read differently.
std::optional<std::int64_t> table_date(std::string_view text, std::string_view zone);

}  // namespace laoke
