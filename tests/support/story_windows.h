#pragma once
#include <string>

#include "handlers/broadcasts.h"
#include "handlers/outbox.h"
#include "handlers/template_library.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "tests/support/channel_story.h"

// What the stories about messaging windows ask of a shop.
namespace laoke::test {

// A text of the shop's own, and for accounts of `kind` with the name of a template that the platform approved.
inline void save_text(ChannelStory& shop, const std::string& name, const std::string& body) {
  shop.in([&](const Context& context) { save_template(context, {name, "zh-CN", "", body, "{}", "broadcast"}); });
}
inline void save_approved(ChannelStory& shop, const std::string& name, const std::string& body, const std::string& platform_name) {
  const std::string extras = R"({"platform_template":")" + platform_name + R"(","platform_template_language":"zh_CN","parameters":["{{customer.name}}"]})";
  shop.in([&](const Context& context) { save_template(context, {name, "zh-CN", shop.platform.kind(), body, extras, "broadcast"}); });
}

// A broadcast of that text to every customer, sent as far as it may go now; its number.
inline std::int64_t broadcast_to_all(ChannelStory& shop, const std::string& name, const std::string& klass = "marketing") {
  const auto id = shop.in([&](const Context& context) {
    BroadcastDraft draft;
    draft.segment = "all";
    draft.template_name = name;
    draft.klass = klass;
    return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
  });
  shop.wait(5'000);
  return id;
}

inline std::string state_of(const storage::Delivery& row) { return row.reason.empty() ? row.state : row.state + " " + row.reason; }

// What became of it for them, as "accepted" or "dropped window_closed".
inline std::string end_of(ChannelStory& shop, std::int64_t broadcast_id, const std::string& address) {
  const auto customer_id = shop.customer_of(address);
  const auto row = shop.in([&](const Context& context) {
    return storage::get_delivery(context.tx, context.shop_id(), {"b", broadcast_id, customer_id, ""});
  });
  return row ? state_of(*row) : "nothing";
}

// A person of the shop answers this customer.
inline void answer(ChannelStory& shop, const std::string& address, const std::string& text) {
  const auto customer_id = shop.customer_of(address);
  shop.in([&](const Context& context) {
    const auto contact = storage::contacts_of_customer(context.tx, context.shop_id(), customer_id).at(0);
    DirectMessage message;
    message.customer_id = customer_id;
    message.contact_id = contact.contact_id;
    message.channel_id = contact.channel_id;
    message.content.text = text;
    queue_message(context, message);
  });
  shop.settle();
}

// The same of the newest single message to them.
inline std::string last_message(ChannelStory& shop, const std::string& address) {
  const auto customer_id = shop.customer_of(address);
  const auto rows = shop.in([&](const Context& context) {
    return storage::deliveries_of_customer(context.tx, context.shop_id(), customer_id, {}, {}, 1);
  });
  return rows.empty() ? "nothing" : state_of(rows.front());
}

}  // namespace laoke::test
