#include "handlers/template_values.h"

#include <unordered_map>

#include "handlers/calendar.h"
#include "handlers/carriers.h"
#include "handlers/money.h"
#include "handlers/order_states.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/staff.h"
#include "storage/templates.h"
#include "templates/catalogue.h"

namespace laoke {
namespace {

// Latin names are called by their first part, Chinese ones in full.
std::string first_name(const std::string& name) {
  // UTF-8 of U+0250 and later begins with 0xC9 or higher.
  const bool latin = std::ranges::all_of(name, [](unsigned char c) { return c < 0xC9; });
  return latin ? name.substr(0, name.find(' ')) : name;
}

std::string number_text(std::int64_t number) {
  return std::to_string(number);
}

}  // namespace

// What each variable reads; the names are those of templates/catalogue.cpp, held together by a test.
struct VariableTable {
  using V = TemplateValues;
  using Read = templates::Value (*)(V&);

  static const std::unordered_map<std::string_view, Read>& all() {
    static const std::unordered_map<std::string_view, Read> table = {
        {"shop.name", [](V& v) -> templates::Value { return v.context_.shop.name; }},
        {"date", [](V& v) -> templates::Value { return v.date(v.context_.now_ms); }},
        {"days", [](V& v) -> templates::Value { return v.days(); }},
        {"customer.name", [](V& v) -> templates::Value { return v.customer() ? v.customer()->name : ""; }},
        {"customer.first_name",
         [](V& v) -> templates::Value { return v.customer() ? first_name(v.customer()->name) : ""; }},
        {"customer.stage", [](V& v) -> templates::Value { return v.facts() ? v.facts()->stage : ""; }},
        {"customer.grade", [](V& v) -> templates::Value { return v.facts() ? v.facts()->grade : ""; }},
        {"customer.birthday", [](V& v) -> templates::Value { return v.birthday(); }},
        {"customer.order_count",
         [](V& v) -> templates::Value { return number_text(v.facts() ? v.facts()->order_count : 0); }},
        {"customer.last_order",
         [](V& v) -> templates::Value { return v.facts() ? v.date(v.facts()->last_order_ms) : ""; }},
        {"referrer.name",
         [](V& v) -> templates::Value { return v.customer() ? v.name_of_customer(v.customer()->referrer_id) : ""; }},
        {"friend.name", [](V& v) -> templates::Value { return v.name_of_customer(v.cause_.friend_id); }},
        {"staff.name", [](V& v) -> templates::Value { return v.owner_name(); }},
        {"order.number", [](V& v) -> templates::Value { return v.order() ? number_text(v.order()->number) : ""; }},
        {"order.state", [](V& v) -> templates::Value { return v.state_word(); }},
        {"order.total",
         [](V& v) -> templates::Value {
           return v.order() ? v.money(v.order()->total_minor, v.order()->currency) : "";
         }},
        {"order.items", [](V& v) -> templates::Value { return v.item_rows(); }},
        {"order.items_text", [](V& v) -> templates::Value { return v.items_text(); }},
        {"order.date",
         [](V& v) -> templates::Value {
           return v.order() ? v.date(v.order()->placed_at_ms.value_or(v.order()->created_at_ms)) : "";
         }},
        {"order.recipient", [](V& v) -> templates::Value { return v.order() ? v.order()->recipient : ""; }},
        {"order.address", [](V& v) -> templates::Value { return v.order() ? v.order()->address : ""; }},
        {"shipment.carrier",
         [](V& v) -> templates::Value { return v.shipment() ? carrier_name(v.shipment()->carrier, v.language_) : ""; }},
        {"shipment.tracking_no",
         [](V& v) -> templates::Value { return v.shipment() ? v.shipment()->tracking_no : ""; }},
        {"shipment.tracking_url",
         [](V& v) -> templates::Value {
           return v.shipment() ? tracking_url(v.shipment()->carrier, v.shipment()->tracking_no) : "";
         }},
        {"shipment.date",
         [](V& v) -> templates::Value { return v.shipment() ? v.date(v.shipment()->shipped_at_ms) : ""; }},
        {"shipment.delivered",
         [](V& v) -> templates::Value { return v.shipment() ? v.date(v.shipment()->delivered_at_ms) : ""; }},
        {"product.name", [](V& v) -> templates::Value { return v.product() ? v.product()->name : ""; }},
        {"product.care", [](V& v) -> templates::Value { return v.product() ? v.product()->care : ""; }},
        {"product.price",
         [](V& v) -> templates::Value {
           return v.product() ? v.money(v.product()->price_minor, v.product()->currency) : "";
         }},
        {"product.usage_days",
         [](V& v) -> templates::Value {
           return v.product() && v.product()->usage_days ? number_text(*v.product()->usage_days) : "";
         }},
        {"checkout.items_text", [](V& v) -> templates::Value { return v.checkout() ? v.checkout()->items : ""; }},
        {"checkout.total",
         [](V& v) -> templates::Value {
           return v.checkout() ? v.money(v.checkout()->total_minor, v.checkout()->currency) : "";
         }},
        {"checkout.url", [](V& v) -> templates::Value { return v.checkout() ? v.checkout()->url : ""; }},
        {"task.text", [](V& v) -> templates::Value { return v.task() ? v.task()->text : ""; }},
        {"task.due", [](V& v) -> templates::Value { return v.task() ? v.date(v.task()->due_at_ms) : ""; }},
    };
    return table;
  }
};

TemplateValues::TemplateValues(const Context& context, std::int64_t customer_id, std::string_view language,
                               const MessageCause& cause)
    : context_(context), customer_id_(customer_id), language_(language), cause_(cause) {}

templates::Value TemplateValues::value(const std::string& name) {
  if (const auto attribute_wanted = templates::attribute_name(name)) return attribute(*attribute_wanted);
  const auto found = VariableTable::all().find(name);
  return found == VariableTable::all().end() ? templates::Value("") : found->second(*this);
}

unsigned TemplateValues::available() {
  unsigned sources = templates::kDays;
  if (order()) sources |= templates::kOrder | templates::kShipment;
  if (product()) sources |= templates::kProduct;
  if (cause_.friend_id != 0) sources |= templates::kFriend;
  if (task()) sources |= templates::kTask;
  if (checkout()) sources |= templates::kCheckout;
  return sources;
}

template <class T, class F>
const T& TemplateValues::once(Once<T>& slot, F&& read) {
  if (!slot.read) {
    slot.value = read();
    slot.read = true;
  }
  return slot.value;
}

const std::optional<storage::Customer>& TemplateValues::customer() {
  return once(customer_, [&] { return storage::get_customer(context_.tx, context_.shop_id(), customer_id_); });
}

const std::optional<storage::CustomerFacts>& TemplateValues::facts() {
  return once(facts_, [&] { return storage::get_facts(context_.tx, context_.shop_id(), customer_id_); });
}

const std::optional<storage::Order>& TemplateValues::order() {
  return once(order_, [&]() -> std::optional<storage::Order> {
    if (cause_.order_id == 0) return std::nullopt;
    return storage::get_order(context_.tx, context_.shop_id(), cause_.order_id);
  });
}

const std::vector<storage::OrderItem>& TemplateValues::items() {
  return once(items_, [&]() -> std::vector<storage::OrderItem> {
    if (!order()) return {};
    return storage::list_order_items(context_.tx, context_.shop_id(), cause_.order_id);
  });
}

const std::optional<storage::Shipment>& TemplateValues::shipment() {
  return once(shipment_, [&]() -> std::optional<storage::Shipment> {
    if (cause_.order_id == 0) return std::nullopt;
    if (cause_.shipment_id != 0)
      return storage::get_shipment(context_.tx, context_.shop_id(), cause_.order_id, cause_.shipment_id);
    auto all = storage::list_shipments(context_.tx, context_.shop_id(), cause_.order_id);
    return all.empty() ? std::nullopt : std::optional(std::move(all.back()));
  });
}

const std::optional<storage::Product>& TemplateValues::product() {
  return once(product_, [&]() -> std::optional<storage::Product> {
    std::int64_t id = cause_.product_id;
    if (id == 0 && !items().empty()) id = items().front().product_id;
    return id == 0 ? std::nullopt : storage::get_product(context_.tx, context_.shop_id(), id);
  });
}

const std::optional<storage::Task>& TemplateValues::task() {
  return once(task_, [&]() -> std::optional<storage::Task> {
    if (cause_.task_id == 0) return std::nullopt;
    return storage::get_task(context_.tx, context_.shop_id(), cause_.task_id);
  });
}

const std::optional<storage::ShopCheckout>& TemplateValues::checkout() {
  return once(checkout_, [&]() -> std::optional<storage::ShopCheckout> {
    if (cause_.checkout_id == 0) return std::nullopt;
    return storage::get_shop_checkout(context_.tx, context_.shop_id(), cause_.checkout_id);
  });
}

std::string_view TemplateValues::zone() {
  return customer() ? zone_or(customer()->time_zone, context_.shop.time_zone)
                    : std::string_view(context_.shop.time_zone);
}

std::string TemplateValues::date(std::optional<std::int64_t> at_ms) {
  return at_ms ? format_date(*at_ms, zone(), language_) : std::string();
}

std::string TemplateValues::money(std::optional<std::int64_t> amount_minor, std::string_view currency) const {
  return amount_minor ? format_money(*amount_minor, currency, language_) : std::string();
}

// Only month and day: nobody writes a customer's age into a wish.
std::string TemplateValues::birthday() {
  const auto month_day = customer() ? storage::month_day_of(customer()->birthday) : std::nullopt;
  if (!month_day) return {};
  const std::string day = format_date(
      to_utc({{2000, static_cast<int>(*month_day / 100), static_cast<int>(*month_day % 100)}, 12, 0, 0}, "UTC"), "UTC",
      language_);
  const std::string_view year = spoken_language(language_) == "en" ? " 2000" : "2000年";
  return std::string(day).erase(day.find(year), year.size());
}

std::string TemplateValues::name_of_customer(std::optional<std::int64_t> customer_id) {
  if (!customer_id || *customer_id == 0) return {};
  const std::int64_t living = storage::living_customer(context_.tx, context_.shop_id(), *customer_id);
  const auto other = storage::get_customer(context_.tx, context_.shop_id(), living);
  return other ? other->name : std::string();
}

std::string TemplateValues::owner_name() {
  if (!facts() || !facts()->owner_id) return {};
  const auto owner = storage::get_staff(context_.tx, context_.shop_id(), *facts()->owner_id);
  return owner ? owner->name : std::string();
}

std::string TemplateValues::attribute(std::string_view name) {
  const auto found = storage::attribute_text(context_.tx, context_.shop_id(), customer_id_, name);
  if (!found) return {};
  if (found->kind == "yesno") return say(language_, found->text == "1" ? "template.yes" : "template.no");
  const auto day = found->kind == "date" ? parse_iso_date(found->text) : std::nullopt;
  return day ? format_date(to_utc({*day, 12, 0, 0}, "UTC"), "UTC", language_) : found->text;
}

std::string TemplateValues::state_word() {
  if (!order()) return {};
  const auto state = find_order_state(order()->state);
  return state ? word_for(*state).in(language_) : order()->state;
}

std::string TemplateValues::items_text() {
  std::string text;
  for (const auto& item : items()) {
    if (!text.empty()) text += spoken_language(language_) == "en" ? ", " : "、";
    text += item.name;
    if (item.quantity != 1) text += (spoken_language(language_) == "en" ? " ×" : "×") + std::to_string(item.quantity);
  }
  return text;
}

std::vector<templates::Fields> TemplateValues::item_rows() {
  std::vector<templates::Fields> rows;
  for (const auto& item : items()) {
    std::optional<std::int64_t> total;
    std::int64_t product = 0;
    if (item.unit_price_minor && !__builtin_mul_overflow(*item.unit_price_minor, item.quantity, &product))
      total = product;
    rows.push_back({{"name", item.name},
                    {"quantity", std::to_string(item.quantity)},
                    {"price", money(item.unit_price_minor, order()->currency)},
                    {"total", money(total, order()->currency)}});
  }
  return rows;
}

std::optional<std::int64_t> TemplateValues::counted_from_ms() {
  if (shipment() && shipment()->delivered_at_ms) return shipment()->delivered_at_ms;
  if (order()) return order()->placed_at_ms.value_or(order()->created_at_ms);
  return facts() ? facts()->last_order_ms : std::nullopt;
}

std::string TemplateValues::days() {
  if (cause_.days) return std::to_string(*cause_.days);
  const auto from = counted_from_ms();
  if (!from) return {};
  return std::to_string(days_between(to_local(*from, zone()).date, to_local(context_.now_ms, zone()).date));
}

}  // namespace laoke
