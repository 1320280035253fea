#pragma once
#include <libpq-fe.h>

#include <array>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// Parameters as libpq takes them. Valid until the next set(); text is borrowed where that is possible.
class PostgresParams {
 public:
  // `types`: what the server said its parameters are; empty: they follow from the values.
  void set(std::span<const Param> params, std::span<const Oid> types, std::string_view statement);

  int count() const { return static_cast<int>(values_.size()); }
  const Oid* types() const { return types_.data(); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(const Param& param, Oid type);
  void add_null();
  void add_binary(const void* bytes, std::size_t length);
  void add_text(std::string text);
  void add_big_endian(std::uint64_t bits);

  std::vector<Oid> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_, formats_;
  std::deque<std::array<char, 8>> numbers_;
  std::deque<std::string> texts_;
};

}  // namespace laoke::storage
