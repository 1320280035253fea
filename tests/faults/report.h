#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/faults/scenarios.h"

// What the driver prints and writes.
namespace laoke::faults {

std::string heading();
std::string row_of(const RunResult& result);
RunResult sum_of(const std::vector<RunResult>& results);
nlohmann::ordered_json json_of(const std::vector<RunResult>& results);

}  // namespace laoke::faults
