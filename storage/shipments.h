#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

struct Shipment {
  std::int64_t order_id = 0, shipment_id = 0;
  std::string carrier;      // code of handlers/carriers.h, "" not said
  std::string tracking_no;  // upper case without blanks, "" none
  std::string state;        // handlers/shipment_stages.h
  std::int64_t shipped_at_ms = 0;
  std::optional<std::int64_t> delivered_at_ms;
  std::int64_t updated_at_ms = 0;
  std::string reached = {};     // the stage before 'exception' or 'stale', "" in a stage
  std::string news = {};        // the carrier's newest words, "" nothing heard
  std::int64_t news_at_ms = 0;  // when that happened
  std::int64_t heard_at_ms = 0; // when a service first told of it, 0 never

  bool operator==(const Shipment&) const = default;
};

void insert_shipment(Transaction& tx, std::int64_t shop_id, const Shipment& shipment);
// Writes carrier, state, news and times.
void update_shipment(Transaction& tx, std::int64_t shop_id, const Shipment& shipment);
void delete_shipment(Transaction& tx, std::int64_t shop_id, std::int64_t order_id, std::int64_t shipment_id);
std::optional<Shipment> get_shipment(Transaction& tx, std::int64_t shop_id, std::int64_t order_id, std::int64_t shipment_id);
// In the order they were added.
std::vector<Shipment> list_shipments(Transaction& tx, std::int64_t shop_id, std::int64_t order_id);
// Every shipment with this number, whichever the carrier.
std::vector<Shipment> find_shipments_by_number(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no);

}  // namespace laoke::storage
