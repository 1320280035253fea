#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "storage/database.h"
#include "storage/ledger.h"

// What the sender asks about many customers and writes of many deliveries at once.
namespace laoke::storage {

// One address of a customer, as far as sending needs it.
struct SendWay {
  std::int64_t contact_id = 0, channel_id = 0;
  std::string external_id, state;
  std::int64_t window_until_ms = 0, replies_left = -1, last_in_ms = 0;
};

// One customer, as far as policy and text need them.
struct SendFacts {
  bool has_facts = false;  // false: policy cannot know them as a customer
  int standing = 0;        // storage/customers.h
  bool opted_out = false;
  std::string language, time_zone;  // '' means the shop's
  std::vector<SendWay> ways;        // the most recently heard first
  // When `with_marketing` was asked for: times of marketing after `since_ms`, ascending, and the newest word on consent.
  bool with_marketing = false;
  std::vector<std::int64_t> marketing_sent_ms;
  bool agreed = false;
};
using SendFactsOf = std::unordered_map<std::int64_t, SendFacts>;  // by customer_id

struct SendQuestion {
  bool with_marketing = false;
  bool with_consent = false;  // only looked up where the shop asks for it
  std::int64_t since_ms = 0;
};
// Reads these customers, many to a statement; one who does not exist has no entry. Entries of `known` are replaced.
void read_send_facts(Transaction& tx, std::int64_t shop_id, std::span<const std::int64_t> customers, const SendQuestion& question,
                     SendFactsOf& known);

// Takes these customers' messages of one broadcast out of flight; whose were there under this fence (storage/ledger.h).
std::vector<std::int64_t> remove_in_flight_of(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::int64_t fence,
                                              std::span<const std::int64_t> customers);

// A row in "sending" was accepted by the platform; `reason` tells how, "" nothing to tell.
void mark_accepted(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, std::string_view reason,
                   std::string_view platform_message_id, std::int64_t at_ms);

}  // namespace laoke::storage
