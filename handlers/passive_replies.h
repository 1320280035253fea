#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "handlers/message_content.h"
#include "storage/ledger.h"

// An answer that travels in the HTTP reply of the callback it answers, on platforms that take it there. The delivery is
// the same as any other: queued by a handler, "sending" before it leaves, then accepted. Each goes one way only: either
// it was taken up here, or the sender has it (docs/adr/0022).
namespace laoke {

struct PassiveReply {
  std::int64_t shop_id = 0, channel_id = 0, contact_id = 0;
  storage::DeliveryKey key;
  std::string klass, event_key;
  MessageContent content;
  std::int64_t about_customer_id = 0, about_contact_id = 0;
  std::int64_t attempts = 0;  // this one included
};

// Before the event is taken: what is queued from here on carries later ids. Nothing else has one.
std::int64_t passive_mark(const Context& context);
// After it was: takes up the first message a handler queued for the event's own contact since the mark, if it is due and
// `fits` what the reply can carry. In the callback's transaction.
std::optional<PassiveReply> take_passive_reply(const Context& context, std::int64_t channel_id, const InboundEvent& event,
                                               std::int64_t mark, const std::string& node,
                                               const std::function<bool(const MessageContent&)>& fits);
// The event came again: what answered it the first time, unless the sender has it by now. The platform shows it once.
std::optional<PassiveReply> repeat_passive_reply(const Context& context, std::int64_t channel_id, const std::string& event_key);

// The callback was answered with it.
void passive_reply_left(const Context& context, const PassiveReply& reply);
// It was too late, or could not be written: the sender takes it. Nothing happens when a repeat of the callback took it up
// meanwhile.
void passive_reply_stayed(const Context& context, const PassiveReply& reply);

}  // namespace laoke
