#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bot/channel_host.h"
#include "bot/sender.h"
#include "handlers/broadcasts.h"
#include "handlers/inbound.h"
#include "handlers/outbox.h"
#include "storage/broadcasts.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/shops.h"
#include "tests/support/manual_clock.h"
#include "tests/support/scripted_platform.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop with accounts on a scripted platform and a sender that runs when it is told to.
class WaysDesk {
 public:
  WaysDesk() : channels(shop.db(), ScriptedPlatform::find_kind) {}
  ~WaysDesk() { stop(); }

  // An account of this kind, named like it.
  std::int64_t account(const std::string& kind, const channels::Traits& traits = {}) {
    const auto id = shop.write([&](storage::Transaction& tx) { return platform.add_account(tx, shop.id(), kind, traits); });
    ids[kind] = id;
    channels.refresh();
    return id;
  }
  template <class F>
  auto in(F&& work) {
    return shop.write([&](storage::Transaction& tx) { return work(Context{tx, *storage::get_shop(tx, shop.id()), clock.now_ms()}); });
  }
  std::int64_t customer(const std::string& name = "顾客") {
    return in([&](const Context& context) {
      storage::Customer customer;
      customer.name = name;
      customer.created_at_ms = context.now_ms;
      return storage::insert_customer(context.tx, context.shop_id(), customer);
    });
  }
  // An address of the customer, heard from at `last_in_ms`; `window_until_ms` where the platform has one.
  std::int64_t contact(std::int64_t customer_id, const std::string& kind, const std::string& address, std::int64_t last_in_ms = 0,
                       std::int64_t window_until_ms = 0, std::int64_t replies_left = -1) {
    return in([&](const Context& context) {
      storage::Contact contact;
      contact.channel_id = ids.at(kind);
      contact.external_id = address;
      contact.customer_id = customer_id;
      contact.last_in_ms = last_in_ms;
      contact.window_until_ms = window_until_ms;
      contact.replies_left = replies_left;
      return storage::insert_contact(context.tx, context.shop_id(), contact);
    });
  }
  // `count` customers with one address each: "a000000", …
  std::vector<std::int64_t> crowd(int count, const std::string& kind) {
    std::vector<std::int64_t> customers;
    in([&](const Context& context) {
      customers.clear();
      for (int i = 0; i < count; ++i) {
        storage::Customer customer;
        customer.name = "顾客" + std::to_string(i);
        storage::Contact contact;
        contact.customer_id = storage::insert_customer(context.tx, context.shop_id(), customer);
        contact.channel_id = ids.at(kind);
        const auto number = std::to_string(i);
        contact.external_id = "a" + std::string(6 - number.size(), '0') + number;
        storage::insert_contact(context.tx, context.shop_id(), contact);
        customers.push_back(contact.customer_id);
      }
    });
    return customers;
  }
  // Started and wholly planned, to all.
  std::int64_t broadcast(const BroadcastDraft& wanted) {
    const auto id = in([&](const Context& context) {
      BroadcastDraft draft = wanted;
      draft.segment = "all";
      return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
    });
    const auto audience = in([&](const Context& context) {
      return audience_of(context.tx, *storage::get_broadcast(context.tx, context.shop_id(), id));
    });
    in([&](const Context& context) { return plan_slice(context.tx, context.shop_id(), id, audience, true, clock.now_ms()); });
    return id;
  }
  std::int64_t broadcast(const std::string& body = "上新了") {
    BroadcastDraft draft;
    draft.body = body;
    return broadcast(draft);
  }
  storage::DeliveryKey reply(std::int64_t customer_id, std::int64_t contact_id, const std::string& kind, const std::string& text) {
    return in([&](const Context& context) {
      DirectMessage message;
      message.customer_id = customer_id;
      message.contact_id = contact_id;
      message.channel_id = ids.at(kind);
      message.content.text = text;
      return queue_message(context, message);
    });
  }
  Taken take(const std::string& kind, const InboundEvent& event) {
    return in([&](const Context& context) { return take_event(context, ids.at(kind), event); });
  }
  InboundEvent text_from(const std::string& address, const std::string& text) {
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.key = "event-" + std::to_string(++last_event);
    event.external_id = event.display_name = address;
    event.text = text;
    event.at_ms = clock.now_ms();
    event.platform_message_id = event.key;
    return event;
  }
  // Everything due now is sent and recorded.
  void send() {
    if (!sender) sender = std::make_unique<Sender>(shop.db(), channels, clock, "test");
    sender->drain();
  }
  void stop() {
    if (sender) sender->stop(std::chrono::seconds(2));
    sender.reset();
  }
  storage::Delivery delivery(const storage::DeliveryKey& key) {
    return in([&](const Context& context) { return storage::get_delivery(context.tx, context.shop_id(), key).value(); });
  }
  storage::Delivery of(std::int64_t broadcast_id, std::int64_t customer_id) { return delivery({"b", broadcast_id, customer_id, ""}); }
  // "accepted" -> 3, "dropped:opted_out" -> 1
  std::map<std::string, std::int64_t> counts(std::int64_t broadcast_id) {
    return in([&](const Context& context) {
      std::map<std::string, std::int64_t> counts;
      for (const auto& count : storage::broadcast_counts(context.tx, context.shop_id(), broadcast_id))
        counts[count.reason.empty() ? count.state : count.state + ":" + count.reason] = count.count;
      return counts;
    });
  }
  storage::Contact contact_row(std::int64_t contact_id) {
    return in([&](const Context& context) { return storage::get_contact(context.tx, context.shop_id(), contact_id).value(); });
  }

  TestShop shop;
  ScriptedPlatform platform;
  ManualClock clock{kMonday10};
  ChannelHost channels;
  std::map<std::string, std::int64_t> ids;  // channel id by kind
  std::unique_ptr<Sender> sender;
  int last_event = 0;
};

}  // namespace laoke::test
