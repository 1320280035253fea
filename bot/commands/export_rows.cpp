#include "bot/commands/export_rows.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "handlers/attributes.h"
#include "handlers/calendar.h"
#include "handlers/money.h"
#include "storage/addresses.h"
#include "storage/attributes.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/messages.h"
#include "storage/notes.h"
#include "storage/orders.h"
#include "storage/phones.h"
#include "storage/products.h"
#include "storage/tags.h"

namespace laoke::commands {
namespace {

constexpr int kExportPage = 500;

// "2026-03-02 10:30:00" in the shop's zone, as imports read it.
std::string moment(const Context& context, std::int64_t utc_ms) {
  const auto local = to_local(utc_ms, context.shop.time_zone);
  char clock[16];
  std::snprintf(clock, sizeof clock, " %02d:%02d:%02d", local.hour, local.minute, local.second);
  return iso_date(local.date) + clock;
}

std::string number(const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : ""; }

std::string price(const std::optional<std::int64_t>& minor, const std::string& currency) {
  return minor ? decimal_text(*minor, currency) : "";
}

// Those without a number of another system go by their own, which an import knows again.
std::string key_of(const std::string& external_id, std::int64_t own_number) {
  return external_id.empty() && own_number != 0 ? "#" + std::to_string(own_number) : external_id;
}

std::string tags_cell(const Context& context, std::int64_t customer_id) {
  std::string cell;
  for (const auto& tag : storage::tags_of_customer(context.tx, context.shop_id(), customer_id))
    cell += (cell.empty() ? "" : ";") + (tag.group.empty() ? "" : tag.group + "/") + tag.name;
  return cell;
}

// Yes and no in words: 1 and 0 would be read back as numbers.
std::string attribute_cell(const Context& context, const storage::Attribute& attribute) {
  return attribute.kind == "yesno" ? shown_attribute(attribute, context.shop.language) : attribute.text_value;
}

std::string without_marks(std::string birthday) {  // '--03-08' is '03-08' to people
  return birthday.starts_with("--") ? birthday.substr(2) : birthday;
}

std::vector<std::string> customer_cells(const Context& context, const storage::Customer& customer,
                                        const std::vector<std::string>& attributes) {
  const auto shop_id = context.shop_id(), id = customer.customer_id;
  const auto facts = storage::get_facts(context.tx, shop_id, id).value_or(storage::CustomerFacts{});
  const auto phones = storage::phones_of_customer(context.tx, shop_id, id);
  const auto addresses = storage::addresses_of_customer(context.tx, shop_id, id);
  const auto notes = storage::notes_of_customer(context.tx, shop_id, id, 1);
  const auto address = addresses.empty() ? storage::Address{} : addresses.front();
  std::vector<std::string> cells = {
      key_of(customer.external_id, id), customer.name, phones.empty() ? "" : phones.front().phone, customer.email,
      without_marks(customer.birthday), tags_cell(context, id), facts.stage, facts.grade, customer.source,
      customer.language, customer.time_zone,
      // A "no" would count as a consent given.
      facts.opted_out ? (context.shop.language == "zh-CN" ? "是" : "yes") : "",
      address.recipient, address.region, address.city, address.postcode, address.line,
      notes.empty() ? "" : notes.front().text};
  std::map<std::string, std::string> values;
  for (const auto& attribute : storage::attributes_of_customer(context.tx, shop_id, id))
    values[attribute.name] = attribute_cell(context, attribute);
  for (const auto& name : attributes) cells.push_back(values[name]);
  return cells;
}

std::string items_cell(const Context& context, std::int64_t order_id) {
  std::string cell;
  for (const auto& item : storage::list_order_items(context.tx, context.shop_id(), order_id))
    cell += (cell.empty() ? "" : " ") + item.name + "x" + std::to_string(item.quantity);
  return cell;
}

std::vector<std::string> order_cells(const Context& context, const storage::Order& order) {
  const auto customer = storage::get_customer(context.tx, context.shop_id(), order.customer_id).value_or(storage::Customer{});
  return {key_of(order.external_id, order.number), key_of(customer.external_id, customer.customer_id), order.phone, customer.name,
          moment(context, order.placed_at_ms.value_or(order.created_at_ms)), items_cell(context, order.order_id),
          decimal_text(order.total_minor, order.currency), order.currency, order.state, order.recipient, order.address, order.note};
}

// The pages of something that is listed newest first.
template <class List, class Id, class Each>
void each_page(const List& list, const Id& id_of, const Each& each) {
  for (std::int64_t before = 0;;) {
    const auto page = list(before);
    for (const auto& one : page) each(one);
    if (page.size() < kExportPage) return;
    before = id_of(page.back());
  }
}

template <class Each>
void each_customer(const Context& context, const Each& each) {
  for (std::int64_t after = 0;;) {
    const auto page = storage::list_customers(context.tx, context.shop_id(), after, kExportPage);
    for (const auto& customer : page) each(customer);
    if (page.size() < kExportPage) return;
    after = page.back().customer_id;
  }
}

// Names of the channels by contact, asked once a contact.
class ChannelNames {
 public:
  explicit ChannelNames(const Context& context) : context_(context) {
    for (const auto& channel : storage::list_channels(context.tx, context.shop_id())) names_[channel.channel_id] = channel.name;
  }
  std::string of_contact(std::int64_t contact_id) {
    if (contact_id != contact_id_) {
      const auto contact = storage::get_contact(context_.tx, context_.shop_id(), contact_id);
      contact_id_ = contact_id;
      found_ = contact ? names_[contact->channel_id] : "";
    }
    return found_;
  }

 private:
  const Context& context_;
  std::map<std::int64_t, std::string> names_;
  std::int64_t contact_id_ = 0;
  std::string found_;
};

}  // namespace

std::vector<std::string> customer_header(const Context& context) {
  std::vector<std::string> header = {"external_id", "name", "phone", "email", "birthday", "tags", "stage", "grade", "source",
                                     "language", "time_zone", "opted_out", "recipient", "region", "city", "postcode",
                                     "address", "note"};
  for (const auto& name : storage::attribute_names(context.tx, context.shop_id())) header.push_back("attr." + name);
  return header;
}

void export_customers(const Context& context, const ExportRow& row) {
  const auto attributes = storage::attribute_names(context.tx, context.shop_id());
  each_customer(context, [&](const storage::Customer& customer) { row(customer_cells(context, customer, attributes)); });
}

std::vector<std::string> order_header(const Context&) {
  return {"external_id", "customer_id", "phone", "customer", "date", "items", "amount", "currency", "state", "recipient", "address", "note"};
}

void export_orders(const Context& context, const ExportRow& row) {
  each_page([&](std::int64_t before) { return storage::list_orders(context.tx, context.shop_id(), before, kExportPage); },
            [](const storage::Order& order) { return order.order_id; },
            [&](const storage::Order& order) { row(order_cells(context, order)); });
}

std::vector<std::string> product_header(const Context&) {
  return {"name", "sku", "family", "price", "currency", "usage_days", "care", "care_after_days"};
}

void export_products(const Context& context, const ExportRow& row) {
  for (std::int64_t after = 0;;) {
    const auto page = storage::list_products(context.tx, context.shop_id(), after, kExportPage);
    for (const auto& product : page)
      row({product.name, product.sku, product.family, price(product.price_minor, product.currency), product.currency,
           number(product.usage_days), product.care, number(product.care_after_days)});
    if (page.size() < kExportPage) return;
    after = page.back().product_id;
  }
}

std::vector<std::string> message_header(const Context&) {
  return {"time", "customer_id", "customer", "channel", "direction", "kind", "text", "media"};
}

void export_messages(const Context& context, const ExportRow& row) {
  ChannelNames channels(context);
  each_customer(context, [&](const storage::Customer& customer) {
    each_page([&](std::int64_t before) { return storage::list_messages(context.tx, context.shop_id(), customer.customer_id, before, kExportPage); },
              [](const storage::MessageRow& message) { return message.message_id; },
              [&](const storage::MessageRow& message) {
                row({moment(context, message.at_ms), std::to_string(customer.customer_id), customer.name,
                     channels.of_contact(message.contact_id), message.direction, message.kind, message.text, message.media});
              });
  });
}

}  // namespace laoke::commands
