#pragma once
#include <string>

#include "handlers/imports/orders_import.h"
#include "tests/orders/sales.h"

namespace laoke::test {

// A shop that takes files of orders.
class OrderFiles : public Sales {
 public:
  ImportResult orders(const std::string& csv, const ImportOptions& wanted = {}) {
    const auto settings = shop().read([&](storage::Transaction& tx) { return storage::get_shop(tx, shop().id()).value(); });
    ImportFile file(csv, order_columns());
    ImportOptions options = wanted;
    options.now_ms = kMonday10;
    return run_import(shop().db(), settings, file, options, import_order);
  }
  // Each order as "state total: quantity name, …", by its number in the file; "" when there is none.
  std::string told(const char* external_id) {
    return shop().read([&](storage::Transaction& tx) -> std::string {
      const auto order = storage::find_order_by_external_id(tx, shop().id(), external_id);
      if (!order) return "";
      std::string text = order->state + " " + std::to_string(order->total_minor) + ":";
      for (const auto& item : storage::list_order_items(tx, shop().id(), order->order_id)) text += " " + std::to_string(item.quantity) + item.name;
      return text;
    });
  }
  storage::Order found(const char* external_id) {
    return shop().read([&](storage::Transaction& tx) { return storage::find_order_by_external_id(tx, shop().id(), external_id).value(); });
  }
  std::size_t count() {
    return shop().read([&](storage::Transaction& tx) { return storage::list_orders(tx, shop().id(), 0, 5'000).size(); });
  }
};

// "rows created updated unchanged rejected"
inline std::string counts(const ImportResult& result) {
  std::string text;
  for (const auto count : {result.rows, result.created, result.updated, result.unchanged, result.rejected}) text += (text.empty() ? "" : " ") + std::to_string(count);
  return text;
}

}  // namespace laoke::test
