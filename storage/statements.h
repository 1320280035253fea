#pragma once
#include <span>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// Every statement of every store, for the check at start.
std::vector<const Sql*> all_statements();

}  // namespace laoke::storage
