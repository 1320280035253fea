#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// application/x-www-form-urlencoded.
namespace laoke::channels::parcels {

std::string form_body(const std::vector<std::pair<std::string_view, std::string>>& fields);
// The first field of this name, decoded once; none when there is none. A '%' that begins no byte stands for itself.
std::optional<std::string> form_field(std::string_view body, std::string_view name);

}  // namespace laoke::channels::parcels
