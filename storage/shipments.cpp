#include "storage/shipments.h"

namespace laoke::storage {
namespace {

#define SHIPMENT_COLUMNS                                                                                       \
  "order_id, shipment_id, carrier, tracking_no, state, shipped_at_ms, delivered_at_ms, updated_at_ms, reached, " \
  "news, news_at_ms, heard_at_ms"
constexpr Sql kShipmentsInsert{"shipments.insert", "INSERT INTO shipments (shop_id, " SHIPMENT_COLUMNS
                                                   ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"};
constexpr Sql kShipmentsUpdate{"shipments.update",
                               "UPDATE shipments SET state = $4, delivered_at_ms = $5, updated_at_ms = $6, carrier = $7, "
                               "reached = $8, news = $9, news_at_ms = $10, heard_at_ms = $11 "
                               "WHERE shop_id = $1 AND order_id = $2 AND shipment_id = $3"};
constexpr Sql kShipmentsDelete{"shipments.delete",
                               "DELETE FROM shipments WHERE shop_id = $1 AND order_id = $2 AND shipment_id = $3"};
constexpr Sql kShipmentsGet{"shipments.get",
                            "SELECT " SHIPMENT_COLUMNS
                            " FROM shipments WHERE shop_id = $1 AND order_id = $2 AND shipment_id = $3"};
constexpr Sql kShipmentsList{"shipments.list",
                             "SELECT " SHIPMENT_COLUMNS
                             " FROM shipments WHERE shop_id = $1 AND order_id = $2 ORDER BY shipment_id"};
constexpr Sql kShipmentsByNumber{
    "shipments.by_number", "SELECT " SHIPMENT_COLUMNS
                           " FROM shipments WHERE shop_id = $1 AND tracking_no = $2 ORDER BY order_id, shipment_id"};
#undef SHIPMENT_COLUMNS
constexpr const Sql* kShipmentsStatements[] = {&kShipmentsInsert, &kShipmentsUpdate, &kShipmentsDelete,
                                               &kShipmentsGet,    &kShipmentsList,   &kShipmentsByNumber};

std::vector<Shipment> shipments_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<Shipment> shipments;
  tx.query(sql, params, [&](const Row& row) {
    shipments.push_back({row.integer(0), row.integer(1), row.string(2), row.string(3), row.string(4), row.integer(5),
                         row.maybe_integer(6), row.integer(7), row.string(8), row.string(9), row.integer(10), row.integer(11)});
  });
  return shipments;
}

}  // namespace

void insert_shipment(Transaction& tx, std::int64_t shop_id, const Shipment& s) {
  tx.submit(kShipmentsInsert, {shop_id, s.order_id, s.shipment_id, s.carrier, s.tracking_no, s.state, s.shipped_at_ms,
                               s.delivered_at_ms, s.updated_at_ms, s.reached, s.news, s.news_at_ms, s.heard_at_ms});
}

void update_shipment(Transaction& tx, std::int64_t shop_id, const Shipment& s) {
  tx.submit(kShipmentsUpdate, {shop_id, s.order_id, s.shipment_id, s.state, s.delivered_at_ms, s.updated_at_ms, s.carrier,
                               s.reached, s.news, s.news_at_ms, s.heard_at_ms});
}

void delete_shipment(Transaction& tx, std::int64_t shop_id, std::int64_t order_id, std::int64_t shipment_id) {
  tx.submit(kShipmentsDelete, {shop_id, order_id, shipment_id});
}

std::optional<Shipment> get_shipment(Transaction& tx, std::int64_t shop_id, std::int64_t order_id, std::int64_t shipment_id) {
  auto found = shipments_by(tx, kShipmentsGet, {shop_id, order_id, shipment_id});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Shipment> list_shipments(Transaction& tx, std::int64_t shop_id, std::int64_t order_id) {
  return shipments_by(tx, kShipmentsList, {shop_id, order_id});
}

std::vector<Shipment> find_shipments_by_number(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no) {
  return shipments_by(tx, kShipmentsByNumber, {shop_id, tracking_no});
}

std::span<const Sql* const> shipment_statements() {
  return kShipmentsStatements;
}

}  // namespace laoke::storage
