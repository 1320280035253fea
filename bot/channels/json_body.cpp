#include "bot/channels/json_body.h"

#include <limits>

#include "bot/channels/channel.h"

namespace laoke::channels {
namespace {

using nlohmann::json;

constexpr int kMaxDepth = 100;  // chat platforms stay under 20

bool too_deep(std::string_view body) {
  int depth = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < body.size(); ++at) {
    const char c = body[at];
    if (in_text) {
      if (c == '\\') ++at;
      if (c == '"') in_text = false;
    } else if (c == '"') {
      in_text = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

[[noreturn]] void wrong(const char* key, const char* expected) {
  throw BadPayload(std::string("'") + key + "' is not " + expected);
}

}  // namespace

json json_body(std::string_view body) {
  if (too_deep(body)) throw BadPayload("the body is nested too deeply");
  try {
    return json::parse(body);
  } catch (const json::exception&) {
    throw BadPayload("the body is not JSON");  // the parser's own words would quote the customer
  }
}

std::int64_t integer_at(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_number_integer()) wrong(key, "an integer");
  if (found->is_number_unsigned() &&
      found->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    wrong(key, "an integer of 64 bits");
  return found->get<std::int64_t>();
}

std::string text_at(const json& object, const char* key) {
  if (!object.is_object()) wrong(key, "in an object");
  const auto found = object.find(key);
  if (found == object.end()) return "";
  if (!found->is_string()) wrong(key, "a text");
  return found->get<std::string>();
}

const json* object_at(const json& object, const char* key) {
  if (!object.is_object()) wrong(key, "in an object");
  const auto found = object.find(key);
  if (found == object.end()) return nullptr;
  if (!found->is_object()) wrong(key, "an object");
  return &*found;
}

}  // namespace laoke::channels
