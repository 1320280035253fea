#pragma once
#include "handlers/customers.h"

namespace laoke {

// Writes a checked value into the row it belongs to; false when it was so already.
bool store_field(const Context& context, storage::Customer& customer, CustomerField field, const std::string& value);

}  // namespace laoke
