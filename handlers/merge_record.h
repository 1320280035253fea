#pragma once
#include <nlohmann/json.hpp>

#include "storage/customers.h"

namespace laoke {

// Both rows of a customer as a merge writes them down, every column.
nlohmann::json to_json(const storage::Customer& customer);
nlohmann::json to_json(const storage::CustomerFacts& facts);
storage::Customer customer_from_json(const nlohmann::json& json);
storage::CustomerFacts facts_from_json(const nlohmann::json& json);

}  // namespace laoke
