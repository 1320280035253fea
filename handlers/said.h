#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace laoke {

// One sentence a person reads, in the languages the program speaks.
struct Said {
  std::string zh, en;
  // The text for a language such as "zh-CN" or "en"; English for any other.
  const std::string& in(std::string_view language) const { return language.substr(0, 2) == "zh" ? zh : en; }
  bool operator==(const Said&) const = default;
};

// What was asked for, or the sentence that says what is wrong and what is allowed.
template <class T>
class [[nodiscard]] OrSaid {
 public:
  OrSaid(T value) : value_(std::move(value)) {}
  OrSaid(Said error) : error_(std::move(error)) {}
  explicit operator bool() const { return value_.has_value(); }
  // Only when true.
  const T& operator*() const { return *value_; }
  T& operator*() { return *value_; }
  const T* operator->() const { return &*value_; }
  // Only when false.
  const Said& error() const { return error_; }

 private:
  std::optional<T> value_;
  Said error_;
};

}  // namespace laoke
