#pragma once
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// Adds a line for every index the server holds for invalid and for every kind of row whose owner is missing.
void look_for_faults(Transaction& tx, std::vector<std::string>& faults);

}  // namespace laoke::storage
