#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "storage/database.h"

namespace laoke::storage {

// The newest word on a number that no shipment has yet.
struct ParcelNews {
  std::string tracking_no;  // as shipments have it
  std::string carrier;      // code of handlers/carriers.h, "" not known
  std::string stage;        // as Shipment::state
  std::string text;
  std::int64_t at_ms = 0, first_at_ms = 0, received_at_ms = 0;

  bool operator==(const ParcelNews&) const = default;
};

// Keeps it unless something newer is kept.
void keep_parcel_news(Transaction& tx, std::int64_t shop_id, const ParcelNews& news);
// What was kept of the number, and keeps it no longer.
std::optional<ParcelNews> take_parcel_news(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no);
void forget_parcel_news(Transaction& tx, std::int64_t shop_id, std::int64_t received_before_ms);

// When this number was last asked for, 0 never; and that it is now.
std::int64_t parcel_asked_at(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no);
void note_parcel_asked(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no, std::int64_t now_ms);

}  // namespace laoke::storage
