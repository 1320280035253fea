#include "tests/support/nodes_desk.h"

#include <algorithm>

#include "handlers/broadcasts.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "tests/support/patience.h"

namespace laoke::test {

using storage::Transaction;

NodesDesk::NodesDesk(int channels, int per_second) : per_second_(per_second) {
  for (int i = 0; i < channels; ++i) add_channel("bot" + std::to_string(i + 1));
}

std::int64_t NodesDesk::add_channel(const std::string& name) {
  auto settings = fake.settings("webhook");
  settings["messages_per_second"] = std::to_string(per_second_);
  settings["contact_messages_per_second"] = "1000";
  settings["secret"] = kHookSecret;
  storage::ChannelRow row;
  row.shop_id = shop.id();
  row.name = name;
  row.kind = "telegram";
  row.settings = settings.dump();
  channel_ids.push_back(shop.write([&](Transaction& tx) {
    const auto id = storage::insert_channel(tx, row);
    storage::bump_config(tx, shop.id());
    return id;
  }));
  return channel_ids.back();
}

void NodesDesk::customers(int count, std::size_t channel) {
  shop.write([&](Transaction& tx) {
    for (int i = 0; i < count; ++i) {
      storage::Customer customer;
      customer.name = "客户" + std::to_string(next_chat_);
      storage::Contact contact;
      contact.customer_id = storage::insert_customer(tx, shop.id(), customer);
      contact.channel_id = channel_ids.at(channel);
      contact.external_id = std::to_string(next_chat_++);
      storage::insert_contact(tx, shop.id(), contact);
    }
  });
}

std::int64_t NodesDesk::start_broadcast_to_all() {
  return in([](const Context& context) {
    BroadcastDraft draft;
    draft.segment = "all";
    draft.body = "上新啦";
    return start_broadcast(context, create_broadcast(context, draft).broadcast_id).broadcast_id;
  });
}

std::string NodesDesk::state(std::int64_t broadcast_id) {
  return in([&](const Context& context) { return storage::get_broadcast(context.tx, shop.id(), broadcast_id)->state; });
}

std::map<std::string, std::int64_t> NodesDesk::counts(std::int64_t broadcast_id) {
  return in([&](const Context& context) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& count : storage::broadcast_counts(context.tx, shop.id(), broadcast_id)) counts[count.state] += count.count;
    return counts;
  });
}

std::vector<storage::Delivery> NodesDesk::deliveries(std::int64_t broadcast_id) {
  return in([&](const Context& context) { return storage::list_deliveries(context.tx, shop.id(), "b", broadcast_id, "", {}, 100'000); });
}

std::size_t NodesDesk::in_flight() {
  return in([](const Context& context) { return storage::list_in_flight(context.tx).size(); });
}

int NodesDesk::doubled() const {
  std::map<std::int64_t, int> times;
  for (const auto& sent : fake.accepted()) ++times[sent.chat_id];
  return static_cast<int>(std::count_if(times.begin(), times.end(), [](const auto& entry) { return entry.second > 1; }));
}

bool NodesDesk::wait_until(const std::function<bool()>& true_now) {
  return eventually(true_now);
}

TestNode::TestNode(NodesDesk& desk, const std::string& name, bool real, const std::string& role)
    : channels(desk.database),
      leases(std::make_shared<ChannelLeases>(desk.database, name, false, real ? system_lease_clocks() : desk.time.clocks())),
      node(desk.database, channels, name, role, real ? system_lease_clocks() : desk.time.clocks()),
      work(desk.database, name, real ? system_lease_clocks() : desk.time.clocks()),
      sender(desk.database, channels, desk.clock, leases),
      scheduler(desk.database, desk.clock, &work),
      clock(desk.clock) {
  channels.refresh();
  node.beat();
}

ChannelLeases::Beat TestNode::beat() {
  channels.refresh();
  node.beat();
  return leases->beat(channels.all(), clock.now_ms());
}

std::vector<Claimed> TestNode::claim(NodesDesk& desk) {
  MessageCache cache;
  Capacity capacity;
  capacity.channels = channels.health();
  for (const auto& [id, health] : capacity.channels) capacity.room[id] = 1'000;
  capacity.contact_free_at_ms = [](std::int64_t) { return std::int64_t{0}; };
  capacity.node = leases->node_id();
  capacity.fences = leases->fences();
  std::erase_if(capacity.room, [&](const auto& entry) { return !capacity.fences.contains(entry.first); });
  capacity.shop_id = desk.shop.id();
  return desk.shop.write([&](Transaction& tx) {
    Capacity left = capacity;
    return laoke::claim(tx, clock.now_ms(), left, 1'000, cache);
  });
}

}  // namespace laoke::test
