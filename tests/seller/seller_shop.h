#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "handlers/context.h"
#include "handlers/customers.h"
#include "handlers/inbound_event.h"
#include "handlers/message_content.h"
#include "handlers/outbox.h"
#include "handlers/refusal.h"
#include "handlers/relay.h"
#include "handlers/seller/seller_chat.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/ledger.h"
#include "storage/messages.h"
#include "storage/staff.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A shop with one channel and a seller's paired chat. say() is what the seller types, its answer what they read.
class SellerShop {
 public:
  explicit SellerShop(const std::string& role = "owner", const std::string& language = "") {
    shop.write([&](storage::Transaction& tx) {
      storage::ChannelRow channel;
      channel.shop_id = shop.id();
      channel.name = "小店";
      channel.kind = "webchat";
      channel.settings = "{}";
      channel_id = storage::insert_channel(tx, channel);
    });
    staff_id = add_staff("美姐", role, language);
    me = add_contact("seller-1", "美姐", storage::kStandingStaff);
    pair(me, staff_id);
  }

  std::int64_t add_staff(const std::string& name, const std::string& role, const std::string& language = "") {
    return shop.write([&](storage::Transaction& tx) {
      storage::Staff staff;
      staff.name = name;
      staff.role = role;
      staff.language = language;
      staff.created_at_ms = now_ms;
      return storage::insert_staff(tx, shop.id(), staff);
    });
  }
  storage::Contact add_contact(const std::string& address, const std::string& name, int standing = 0) {
    return shop.write([&](storage::Transaction& tx) {
      const auto context = context_in(tx);
      NewCustomer wanted;
      wanted.name = name;
      storage::Contact contact;
      contact.customer_id = create_customer(context, wanted);
      contact.channel_id = channel_id;
      contact.external_id = address;
      contact.display_name = name;
      contact.first_seen_ms = now_ms;
      contact.contact_id = storage::insert_contact(tx, shop.id(), contact);
      if (standing != 0) storage::set_standing(tx, shop.id(), contact.customer_id, standing);
      return contact;
    });
  }
  void pair(const storage::Contact& contact, std::int64_t staff) {
    shop.write([&](storage::Transaction& tx) { storage::pair_contact(tx, shop.id(), contact.contact_id, staff, now_ms); });
  }
  std::int64_t customer(const std::string& name) { return add_contact("c-" + std::to_string(++contacts_), name).customer_id; }

  storage::Sender sender(const storage::Contact& contact) {
    return shop.read([&](storage::Transaction& tx) {
      return *storage::find_sender(tx, shop.id(), channel_id, contact.external_id);
    });
  }

  Context context_in(storage::Transaction& tx) {
    stored_ = *storage::get_shop(tx, shop.id());
    return {tx, stored_, now_ms};
  }

  // What a contact sends; the answers it gets, as text. A Refusal rolls back and is the answer.
  std::vector<std::string> send(const storage::Contact& contact, InboundEvent event) {
    now_ms += 1000;
    event.external_id = contact.external_id;
    event.at_ms = now_ms;
    const auto from = sender(contact);
    const auto before = deliveries(contact.customer_id).size();
    try {
      shop.write([&](storage::Transaction& tx) { on_staff_message(context_in(tx), {from, event, channel_id}); });
    } catch (const Refusal& refusal) {
      return {refusal.text(from.staff_language.empty() ? "zh-CN" : from.staff_language)};
    }
    auto all = deliveries(contact.customer_id);
    std::vector<std::string> texts;
    for (std::size_t i = before; i < all.size(); ++i) texts.push_back(direct_payload_from(all[i].payload).content.text);
    return texts;
  }
  std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const auto& text : texts) all += (all.empty() ? "" : "\n---\n") + text;
    return all;
  }
  std::string say(const std::string& text) {
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.text = text;
    return joined(send(me, event));
  }
  std::string press(const std::string& data) {
    InboundEvent event;
    event.kind = InboundKind::kPress;
    event.press_data = data;
    return joined(send(me, event));
  }
  std::string reply(const std::string& to, const std::string& text) {
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.text = text;
    event.reply_to = to;
    return joined(send(me, event));
  }
  // The first button of the newest answer whose label holds `label`; "" when there is none.
  std::string button(const std::string& label) {
    const auto all = deliveries(me.customer_id);
    if (all.empty()) return "";
    for (const auto& row : direct_payload_from(all.back().payload).content.buttons)
      for (const auto& one : row)
        if (one.label.find(label) != std::string::npos) return one.data;
    return "";
  }

  // Direct messages to a customer or staff member, oldest first.
  std::vector<storage::Delivery> deliveries(std::int64_t customer_id) {
    auto all = shop.read([&](storage::Transaction& tx) {
      return storage::deliveries_of_customer(tx, shop.id(), customer_id, {}, {}, 500);
    });
    std::ranges::sort(all, {}, [](const auto& one) { return one.key.cause; });
    return all;
  }

  // What a customer writes, shown to the staff.
  void customer_writes(const storage::Contact& contact, InboundEvent event) {
    now_ms += 1000;
    event.external_id = contact.external_id;
    event.at_ms = now_ms;
    const auto from = sender(contact);
    shop.write([&](storage::Transaction& tx) {
      relay_to_staff(context_in(tx), from, event, channel_id);
      storage::set_last_in(tx, shop.id(), contact.customer_id, now_ms);
    });
  }
  // The sender tells that the newest answer reached the platform as `platform_id`.
  void delivered_as(const std::string& platform_id) {
    const auto payload = direct_payload_from(deliveries(me.customer_id).back().payload);
    shop.write([&](storage::Transaction& tx) {
      storage::link_message(tx, shop.id(), me.contact_id, platform_id, {payload.about_customer_id, payload.about_contact_id}, now_ms);
    });
  }

  TestShop shop;
  std::int64_t now_ms = kMonday10, channel_id = 0, staff_id = 0;
  storage::Contact me;

 private:
  int contacts_ = 0;
  storage::Shop stored_;
};

inline bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace laoke::test
