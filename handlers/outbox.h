#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "handlers/context.h"
#include "handlers/message_content.h"
#include "storage/ledger.h"

// Putting messages into the ledger. Nothing here sends: the sender takes up what is committed.
namespace laoke {

// How long an answer is worth sending when a channel cannot take it.
inline constexpr std::int64_t kReplyValidMs = 24 * 3'600'000LL;

struct DirectMessage {
  std::int64_t customer_id = 0, contact_id = 0, channel_id = 0;  // a fixed address
  std::string klass = "reply";     // "reply", "staff", "notice"
  MessageContent content;
  std::int64_t due_at_ms = 0;      // 0: now
  // In a staff chat: the customer (and their contact) this message shows. Replying to it answers them.
  std::int64_t about_customer_id = 0, about_contact_id = 0;
  std::int64_t asked_by_contact_id = 0;  // the staff chat that wrote it to a customer, and is told when it does not arrive
};
// Queues one message for one contact; the key of its ledger row.
storage::DeliveryKey queue_message(const Context& context, const DirectMessage& message);

// The cause of the row that queue_message() made of this id: their text order is the order of ids.
std::string cause_of_id(std::int64_t id);

// What a "m" row's payload holds besides its content.
struct DirectPayload {
  MessageContent content;
  std::int64_t about_customer_id = 0, about_contact_id = 0, asked_by_contact_id = 0;
};
DirectPayload direct_payload_from(std::string_view payload);

}  // namespace laoke
