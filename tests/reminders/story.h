#pragma once
#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/happened.h"
#include "handlers/orders.h"
#include "handlers/reminder_backfill.h"
#include "handlers/reminders.h"
#include "handlers/rules.h"
#include "handlers/template_library.h"
#include "storage/customers.h"
#include "storage/jobs.h"
#include "storage/ledger.h"
#include "storage/products.h"
#include "storage/reminders.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop with the stock rules and a clock that is moved by hand.
class ReminderStory {
 public:
  template <class F>
  auto write(F&& fn) {
    return shop_.write([&](storage::Transaction& tx) { return fn(context(tx)); });
  }
  template <class F>
  auto read(F&& fn) {
    return shop_.read([&](storage::Transaction& tx) { return fn(context(tx)); });
  }
  Context context(storage::Transaction& tx) {
    if (!row_) row_ = storage::get_shop(tx, shop_.id());
    return {tx, *row_, now_ms, actor};
  }

  ReminderStory() {
    write([](const Context& c) {
      load_stock_templates(c);
      install_stock_rules(c);
    });
  }
  void tell(const char* kind, std::int64_t customer_id, nlohmann::json data = nlohmann::json::object()) {
    write([&](const Context& c) {
      ShopEvent event;
      event.kind = kind;
      event.customer_id = customer_id;
      event.data = data;
      happened(c, event);
    });
  }
  std::int64_t customer(const std::string& name = "张三", const std::string& birthday = "", const std::string& zone = "") {
    const auto id = write([&](const Context& c) {
      storage::Customer customer;
      customer.name = name;
      customer.birthday = birthday;
      customer.time_zone = zone;
      customer.created_at_ms = c.now_ms;
      return storage::insert_customer(c.tx, c.shop_id(), customer);
    });
    tell("customer.created", id);
    return id;
  }
  std::int64_t product(const std::string& name, std::optional<std::int64_t> usage_days, const std::string& family = "") {
    return write([&](const Context& c) {
      storage::Product product;
      product.name = name;
      product.family = family;
      product.currency = "CNY";
      product.usage_days = usage_days;
      return storage::insert_product(c.tx, c.shop_id(), product);
    });
  }
  std::int64_t order(std::int64_t customer_id, OrderState state = OrderState::kPlaced, const std::string& product = "面膜",
                     std::int64_t quantity = 1, std::int64_t at_ms = 0) {
    return write([&](const Context& c) {
      OrderDraft draft;
      draft.customer_id = customer_id;
      draft.items = {{product, quantity, 9900}};
      draft.state = state;
      draft.at_ms = at_ms;
      return record_order(c, draft).order_id;
    });
  }
  void move(std::int64_t order_id, OrderState state) {
    write([&](const Context& c) { move_order(c, order_id, state); });
  }
  std::int64_t rule_id(const char* name) {
    return read([&](const Context& c) { return require_rule(c, name).row.rule_id; });
  }
  // Only these rules stay on: a test about one rule is not disturbed by the others.
  void only(std::initializer_list<std::string_view> names) {
    for (const auto& rule : read([](const Context& c) { return list_rules(c); })) {
      const bool on = std::find(names.begin(), names.end(), rule.row.name) != names.end();
      write([&](const Context& c) { switch_rule(c, rule.row.rule_id, on); });
    }
  }

  FireResult tick() { return fire_due(shop_.db(), now_ms, 100'000); }
  // Moves the clock in hours and ticks at each; returns "template@local time" of what was planned, in order.
  std::vector<std::string> until(std::int64_t end_ms, std::int64_t step_ms = kHourMs) {
    std::vector<std::string> sent;
    for (std::size_t before = ledger().size(); now_ms < end_ms; before = ledger().size()) {
      now_ms = std::min(now_ms + step_ms, end_ms);
      tick();
      const auto rows = ledger();
      for (std::size_t i = before; i < rows.size(); ++i) sent.push_back(rows[i]);
    }
    return sent;
  }
  std::vector<std::string> for_days(int days) { return until(now_ms + days * kDayMs); }
  // Ledger rows of all rules as "unpaid_1@2026-03-02 12:00", by due time.
  std::vector<std::string> ledger() {
    return read([&](const Context& c) {
      std::vector<std::pair<std::int64_t, std::string>> rows;
      for (const auto& rule : list_rules(c))
        for (const auto& d : storage::list_deliveries(c.tx, c.shop_id(), "r", rule.row.rule_id, "", std::nullopt, 10'000))
          rows.push_back({d.due_at_ms, nlohmann::json::parse(d.payload).at("template").get<std::string>() + "@" + local(d.due_at_ms)});
      std::sort(rows.begin(), rows.end());
      std::vector<std::string> texts;
      for (auto& row : rows) texts.push_back(std::move(row.second));
      return texts;
    });
  }
  std::vector<std::string> pending(std::int64_t customer_id) {
    return read([&](const Context& c) {
      std::vector<std::string> texts;
      for (const auto& p : pending_reminders(c, customer_id)) texts.push_back(p.rule_name + "@" + local(p.due_at_ms));
      return texts;
    });
  }
  std::int64_t queued() {
    return read([&](const Context& c) {
      return static_cast<std::int64_t>(storage::list_reminders(c.tx, c.shop_id(), {}, std::numeric_limits<std::int64_t>::max(), 1'000'000).size());
    });
  }
  static std::string local(std::int64_t at_ms) {
    const LocalTime t = to_local(at_ms, "Asia/Shanghai");
    return iso_date(t.date) + " " + format_clock(t.hour * 60 + t.minute);
  }
  TestShop& shop() { return shop_; }

  std::int64_t now_ms = kMonday10;
  Actor actor = {};

 private:
  TestShop shop_;
  std::optional<storage::Shop> row_;
};

using Texts = std::vector<std::string>;

}  // namespace laoke::test
