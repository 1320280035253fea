#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "storage/customers.h"
#include "storage/orders.h"
#include "storage/products.h"
#include "storage/shipments.h"
#include "storage/shop_systems.h"
#include "storage/tasks.h"
#include "templates/engine.h"

namespace laoke {

// What a message is about. 0: not about any.
struct MessageCause {
  std::int64_t order_id = 0;
  std::int64_t shipment_id = 0;  // 0 with an order: its newest shipment
  std::int64_t product_id = 0;   // 0 with an order: its first line's product
  std::int64_t friend_id = 0;    // the customer somebody brought
  std::int64_t task_id = 0;
  std::optional<std::int64_t> days;  // {{days}}; none: since the delivery, the order, or the customer's last order
  std::int64_t checkout_id = 0;      // of an abandoned checkout

  bool operator==(const MessageCause&) const = default;
};

// The values of templates/catalogue.h for one message to one customer, formatted for its language. Every row is read
// when the first variable that needs it is asked for, and once. Lives within one transaction.
class TemplateValues {
 public:
  // `language` of the message: "zh-CN" or "en".
  TemplateValues(const Context& context, std::int64_t customer_id, std::string_view language,
                 const MessageCause& cause);

  // An unknown name has no value: names are checked when a template is saved.
  templates::Value value(const std::string& name);
  // Of the sources the cause names, those whose rows exist (templates/catalogue.h).
  unsigned available();
  const std::optional<storage::Customer>& customer();
  // The zone dates are shown in: the customer's, else the shop's.
  std::string_view zone();

 private:
  friend struct VariableTable;
  template <class T>
  struct Once {
    bool read = false;
    T value{};
  };
  template <class T, class F>
  static const T& once(Once<T>& slot, F&& read);

  const std::optional<storage::CustomerFacts>& facts();
  const std::optional<storage::Order>& order();
  const std::vector<storage::OrderItem>& items();
  const std::optional<storage::Shipment>& shipment();
  const std::optional<storage::Product>& product();
  const std::optional<storage::Task>& task();
  const std::optional<storage::ShopCheckout>& checkout();

  std::string date(std::optional<std::int64_t> at_ms);
  std::string money(std::optional<std::int64_t> amount_minor, std::string_view currency) const;
  std::string name_of_customer(std::optional<std::int64_t> customer_id);
  std::string attribute(std::string_view name);
  std::string birthday();
  std::string owner_name();
  std::string state_word();
  std::string items_text();
  std::vector<templates::Fields> item_rows();
  std::optional<std::int64_t> counted_from_ms();
  std::string days();

  const Context& context_;
  std::int64_t customer_id_;
  std::string language_;
  MessageCause cause_;
  Once<std::optional<storage::Customer>> customer_;
  Once<std::optional<storage::CustomerFacts>> facts_;
  Once<std::optional<storage::Order>> order_;
  Once<std::vector<storage::OrderItem>> items_;
  Once<std::optional<storage::Shipment>> shipment_;
  Once<std::optional<storage::Product>> product_;
  Once<std::optional<storage::Task>> task_;
  Once<std::optional<storage::ShopCheckout>> checkout_;
};

}  // namespace laoke
