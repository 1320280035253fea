#pragma once
#include <cstdint>
#include <string>

#include "storage/database.h"
#include "storage/shops.h"

namespace laoke {

// Who makes a change; goes into timelines and consent evidence.
struct Actor {
  enum class Kind { kSystem, kCustomer, kStaff, kApi, kImport };
  Kind kind = Kind::kSystem;
  std::int64_t staff_id = 0;  // kStaff only
};

// What every handler gets: one transaction, the shop it is about, and the time. Handlers read no clock of their own.
struct Context {
  storage::Transaction& tx;
  const storage::Shop& shop;
  std::int64_t now_ms;  // UTC epoch
  Actor actor = {};

  std::int64_t shop_id() const { return shop.shop_id; }
};

}  // namespace laoke
