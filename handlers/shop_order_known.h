#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/outside_events.h"

namespace laoke {

// All that a shop system told of one order, joined. Joining is commutative, associative and idempotent, so messages may
// come in any order and any number of times. It holds nothing personal: that is in the order itself.
struct KnownOrder {
  struct Parcel {
    std::string carrier, tracking_no;
    std::int64_t at_ms = 0;
    bool operator==(const Parcel&) const = default;
  };

  std::int64_t content_at_ms = -1;  // of the newest message with the whole order
  std::string content;              // its digest, "" while there is none
  bool paid = false, shipped = false, delivered = false, completed = false, refunded = false;
  std::int64_t paid_at_ms = 0, shipped_at_ms = 0, delivered_at_ms = 0;  // the earliest told, 0 unknown
  bool cancelled = false;                // by the newest message that says anything of it: shops reopen orders
  std::int64_t cancelled_said_ms = -1;
  std::int64_t refunded_minor = 0;       // the largest sum told
  std::map<std::string, std::int64_t> refunds;
  std::map<std::string, Parcel> parcels;  // by tracking number

  std::int64_t given_back_minor() const;  // as far as is known
  bool operator==(const KnownOrder&) const = default;
};

// True when the update holds a newer content than was known.
bool join(KnownOrder& known, const ShopOrderUpdate& update);

std::string to_json_text(const KnownOrder& known);
// Throws std::invalid_argument when it is not what to_json_text() makes; "" is an order nobody told of.
KnownOrder known_order_from(std::string_view json_text);

}  // namespace laoke
