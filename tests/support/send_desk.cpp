#include "tests/support/send_desk.h"

#include "storage/ledger.h"

namespace laoke::test {

std::int64_t SendDesk::customer(const std::string& name) {
  return in([&](const Context& context) {
    storage::Customer customer;
    customer.name = name;
    customer.created_at_ms = now_ms;
    const auto id = storage::insert_customer(context.tx, context.shop_id(), customer);
    storage::Contact contact;
    contact.channel_id = kChannel;
    contact.external_id = "ext-" + std::to_string(id);
    contact.customer_id = id;
    storage::insert_contact(context.tx, context.shop_id(), contact);
    return id;
  });
}

std::int64_t SendDesk::contact_of(std::int64_t customer_id) {
  return in([&](const Context& context) {
    return storage::contacts_of_customer(context.tx, context.shop_id(), customer_id).at(0).contact_id;
  });
}

std::int64_t SendDesk::broadcast(const std::string& body, const std::string& segment) {
  const auto id = in([&](const Context& context) {
    BroadcastDraft draft;
    draft.segment = segment;
    draft.body = body;
    const auto made = create_broadcast(context, draft);
    start_broadcast(context, made.broadcast_id);
    return made.broadcast_id;
  });
  plan(id);
  return id;
}

void SendDesk::start_due() {
  in([&](const Context& context) {
    for (const auto& one : storage::broadcasts_in_state(context.tx, "scheduled", now_ms))
      start_if_due(context.tx, context.shop_id(), one.broadcast_id, now_ms);
  });
}

void SendDesk::plan(std::int64_t broadcast_id) {
  const auto audience = in([&](const Context& context) {
    return audience_of(context.tx, *storage::get_broadcast(context.tx, context.shop_id(), broadcast_id));
  });
  in([&](const Context& context) { return plan_slice(context.tx, context.shop_id(), broadcast_id, audience, true, now_ms); });
}

std::vector<Claimed> SendDesk::claim(int room) {
  Capacity capacity;
  capacity.channels = channels;
  capacity.room = {{kChannel, room}};
  capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
  capacity.node = "test";
  return shop.write([&](storage::Transaction& tx) {
    Capacity left = capacity;
    return laoke::claim(tx, now_ms, left, 1'000, cache_);
  });
}

void SendDesk::record(const Claimed& claimed, Outcome::Kind kind, const std::string& reason, std::int64_t retry_at_ms) {
  Outcome outcome;
  outcome.kind = kind;
  outcome.claimed = claimed;
  outcome.reason = reason;
  outcome.retry_at_ms = retry_at_ms;
  outcome.at_ms = now_ms;
  if (kind == Outcome::Kind::kAccepted) outcome.platform_message_id = std::to_string(next_platform_id_++);
  shop.write([&](storage::Transaction& tx) { laoke::record(tx, {&outcome, 1}); });
}

std::vector<std::int64_t> SendDesk::send_all() {
  std::vector<std::int64_t> customers;
  for (auto claimed = claim(); !claimed.empty(); claimed = claim())
    for (const auto& one : claimed) {
      customers.push_back(one.key.customer_id);
      record(one, Outcome::Kind::kAccepted);
    }
  return customers;
}

std::map<std::string, std::int64_t> SendDesk::counts(std::int64_t broadcast_id) {
  return in([&](const Context& context) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& count : storage::broadcast_counts(context.tx, context.shop_id(), broadcast_id))
      counts[count.reason.empty() ? count.state : count.state + ":" + count.reason] = count.count;
    return counts;
  });
}

std::string SendDesk::state(std::int64_t broadcast_id) {
  return in([&](const Context& context) { return storage::get_broadcast(context.tx, context.shop_id(), broadcast_id)->state; });
}

storage::Delivery SendDesk::delivery(const storage::DeliveryKey& key) {
  return in([&](const Context& context) { return storage::get_delivery(context.tx, context.shop_id(), key).value(); });
}

}  // namespace laoke::test
