#pragma once
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/http/problem.h"
#include "handlers/wording.h"

// The one place where a request's JSON becomes values. Every reader notes what is wrong and goes on, so that one answer
// tells all of it; a field that nobody asked for is refused with the nearest name.
namespace laoke::http::api {

using nlohmann::json;

inline constexpr std::size_t kShortText = 500, kLongText = 20'000;  // code points

// What is wrong with a request, in the caller's language.
class Faults {
 public:
  explicit Faults(std::string_view language) : language_(language) {}
  void add(const std::string& pointer, const Phrase& phrase) { errors_.push_back({pointer, say(language_, phrase)}); }
  void add_text(const std::string& pointer, std::string detail) { errors_.push_back({pointer, std::move(detail)}); }
  // Throws Problem 422 with every fault.
  void check() const;

 private:
  std::string language_;
  std::vector<FieldError> errors_;
};

// The fields of one JSON object. null is the same as absent, but for maybe_text().
class Fields {
 public:
  // `object` and `faults` outlive it. Anything but an object is a fault and reads as one without fields.
  Fields(const json& object, std::string pointer, Faults& faults);

  std::string text(const char* name, std::size_t most = kShortText);           // "" absent
  std::string required_text(const char* name, std::size_t most = kShortText);  // not blank either
  // Absent: nothing; null: "". What a PATCH changes.
  std::optional<std::string> maybe_text(const char* name, std::size_t most = kShortText);
  std::optional<std::int64_t> integer(const char* name, std::int64_t least = 0,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max());
  std::int64_t required_integer(const char* name, std::int64_t least = 0,
                                std::int64_t most = std::numeric_limits<std::int64_t>::max());
  // A point in time: UTC epoch milliseconds, no later than the year 9999, so that days may be added to it.
  std::optional<std::int64_t> moment(const char* name);
  std::optional<bool> flag(const char* name);
  std::string choice(const char* name, const std::vector<std::string>& allowed, const std::string& otherwise);
  std::vector<std::string> texts(const char* name, std::size_t most, std::size_t most_code_points = kShortText);
  // The objects of a list; at least one when `required`.
  std::vector<Fields> objects(const char* name, std::size_t most, bool required);
  // Of whatever kind; nullptr absent.
  const json* value(const char* name);
  bool has(const char* name) const { return object_->contains(name); }

  std::string at(const std::string& name) const { return pointer_ + "/" + name; }
  Faults& faults() { return *faults_; }
  // Notes fields nobody asked for.
  void done();

 private:
  std::string read_text(const char* name, const json& value, std::size_t most);

  const json* object_;
  std::string pointer_;
  Faults* faults_;
  std::vector<std::string> known_;
};

// The JSON of a request's body; an empty one is {}. Throws Problem 400 for what is no JSON, or is nested too deep, and
// 415 for another content type.
json body_of(const Request& request, std::string_view language);

}  // namespace laoke::http::api
