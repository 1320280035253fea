#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

// Structured logs for the person at 3 a.m.: an event's name, ids and counts. There is no call that takes free text, and
// what goes into a field is an id, a count, a name the seller chose (channel, rule) or a closed list's word; never a
// token, a phone number or what anybody wrote.
namespace laoke::log {

enum class Level { kDebug, kInfo, kWarning, kError };
enum class Format { kText, kJson };  // key=value, or one JSON object a line

class Value {
 public:
  template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, int> = 0>
  Value(T value) : value_(static_cast<std::int64_t>(value)) {}
  Value(bool value) : value_(value) {}
  Value(double value) : value_(value) {}
  Value(const char* value) : value_(std::string_view(value)) {}
  Value(std::string_view value) : value_(value) {}
  Value(const std::string& value) : value_(std::string_view(value)) {}
  const std::variant<std::int64_t, bool, double, std::string_view>& get() const { return value_; }

 private:
  std::variant<std::int64_t, bool, double, std::string_view> value_;
};
struct Field {
  std::string_view name;
  Value value;
};
using Fields = std::initializer_list<Field>;

struct Options {
  Level level = Level::kInfo;
  Format format = Format::kText;
  std::string file;  // "" is standard error
};
// Once at start, before other threads log. Throws std::runtime_error when the file cannot be opened. Until then, and in
// tests, only warnings and errors are written, to standard error.
void start(const Options& options);
Level level_from(std::string_view name);  // "debug", "info", "warning", "error"; throws std::invalid_argument

// Thread-safe. `event` is lower case with dots: "delivery.sent". Text longer than 200 bytes is cut.
void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warning(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

// One line without its newline, as it would be written; `at_ms` UTC epoch.
std::string line(Format format, std::int64_t at_ms, Level level, std::string_view event, Fields fields);

}  // namespace laoke::log
