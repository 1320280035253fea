#include "storage/postgres_params.h"

#include <bit>
#include <charconv>
#include <stdexcept>

#include "storage/postgres_types.h"

namespace laoke::storage {
namespace {

constexpr int kTextFormat = 0, kBinaryFormat = 1;

template <class Number>
std::string decimal(Number value) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

// PostgreSQL keeps no U+0000 in a text. A message with one in it must not be lost for that.
std::string without_nul(std::string_view text) {
  std::string out;
  for (const char letter : text) out += letter == '\0' ? std::string("\xEF\xBF\xBD") : std::string(1, letter);
  return out;
}

Oid type_of(const Param& param) {
  if (std::holds_alternative<std::int64_t>(param.value())) return oid::kInt8;
  if (std::holds_alternative<double>(param.value())) return oid::kFloat8;
  return 0;
}

}  // namespace

void PostgresParams::set(std::span<const Param> params, std::span<const Oid> types, std::string_view statement) {
  types_.clear();
  values_.clear();
  lengths_.clear();
  formats_.clear();
  numbers_.clear();
  texts_.clear();
  if (params.size() < types.size())
    throw std::logic_error(std::string(statement) + ": parameter $" + std::to_string(params.size() + 1) + " was not given");
  const bool known = !types.empty();
  if (known) params = params.first(types.size());
  for (std::size_t i = 0; i < params.size(); ++i) add(params[i], known ? types[i] : type_of(params[i]));
}

// A number or text of the type the server expects goes in binary, which needs no copy and no digits; the rest as text,
// which the server reads as whatever it needs.
void PostgresParams::add(const Param& param, Oid type) {
  types_.push_back(type);
  if (const auto* integer = std::get_if<std::int64_t>(&param.value())) {
    if (type == oid::kInt8) return add_big_endian(static_cast<std::uint64_t>(*integer));
    return add_text(decimal(*integer));
  }
  if (const auto* real = std::get_if<double>(&param.value())) {
    if (type == oid::kFloat8) return add_big_endian(std::bit_cast<std::uint64_t>(*real));
    return add_text(decimal(*real));
  }
  const auto* text = std::get_if<std::string_view>(&param.value());
  if (text == nullptr) return add_null();
  if (text->find('\0') != std::string_view::npos) return add_text(without_nul(*text));
  if (type == oid::kText) return add_binary(text->empty() ? "" : text->data(), text->size());
  add_text(std::string(*text));
}

void PostgresParams::add_null() {
  values_.push_back(nullptr);
  lengths_.push_back(0);
  formats_.push_back(kTextFormat);
}

void PostgresParams::add_binary(const void* bytes, std::size_t length) {
  values_.push_back(static_cast<const char*>(bytes));
  lengths_.push_back(static_cast<int>(length));
  formats_.push_back(kBinaryFormat);
}

void PostgresParams::add_text(std::string text) {
  const auto& kept = texts_.emplace_back(std::move(text));
  values_.push_back(kept.c_str());
  lengths_.push_back(static_cast<int>(kept.size()));
  formats_.push_back(kTextFormat);
}

void PostgresParams::add_big_endian(std::uint64_t bits) {
  auto& bytes = numbers_.emplace_back();
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(bits >> (56 - 8 * i) & 0xff);
  add_binary(bytes.data(), bytes.size());
}

}  // namespace laoke::storage
