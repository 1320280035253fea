#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace laoke::channels {

// For bodies that strangers write.

// Throws BadPayload when it is not JSON, not UTF-8, or nested deeper than 100 (code that walks a tree recurses).
nlohmann::json json_body(std::string_view body);

// The integer under `key`. Throws BadPayload when it is absent, not an integer or beyond 64 bits.
std::int64_t integer_at(const nlohmann::json& object, const char* key);
// The text under `key`, "" when absent. Throws BadPayload when it is something else.
std::string text_at(const nlohmann::json& object, const char* key);
// The object under `key`, nullptr when absent. Throws BadPayload when it is something else.
const nlohmann::json* object_at(const nlohmann::json& object, const char* key);

}  // namespace laoke::channels
