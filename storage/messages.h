#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One thing said, in or out. Outgoing rows are written when the platform has accepted them.
struct MessageRow {
  std::int64_t message_id = 0, customer_id = 0, contact_id = 0;
  std::string direction;   // "in", "out"
  std::string kind;        // "text", "photo", "press", …
  std::string text, media;
  std::string platform_message_id;
  std::string delivery_key;  // outgoing: to_text(DeliveryKey)
  std::int64_t at_ms = 0;
  std::optional<std::int64_t> edited_at_ms;
};

std::int64_t insert_message(Transaction& tx, std::int64_t shop_id, const MessageRow& message);  // returns its id
// Newest first; `before_id` 0 starts at the newest.
std::vector<MessageRow> list_messages(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id,
                                      std::int64_t before_id, int limit);
// One message among the customer's last `kEditableMessages` by the platform's id for it, the newest of that id.
inline constexpr int kEditableMessages = 500;
std::optional<MessageRow> message_called(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t contact_id,
                                         std::string_view platform_message_id);
// Rewrites the text of a message among the customer's last `kEditableMessages`. False when it is not there.
bool edit_message(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t contact_id,
                  std::string_view platform_message_id, std::string_view text, std::int64_t edited_at_ms);

// The same for one its writer withdrew: its text becomes `text`, its media is forgotten. False when it is not there.
bool withdraw_message(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t contact_id,
                      std::string_view platform_message_id, std::string_view text, std::int64_t at_ms);

// A message in a staff chat that stands for a customer: replying to it answers that customer.
struct MessageLink {
  std::int64_t customer_id = 0, about_contact_id = 0;
};
void link_message(Transaction& tx, std::int64_t shop_id, std::int64_t staff_contact_id,
                  std::string_view platform_message_id, const MessageLink& link, std::int64_t at_ms);
std::optional<MessageLink> find_link(Transaction& tx, std::int64_t shop_id, std::int64_t staff_contact_id,
                                     std::string_view platform_message_id);

}  // namespace laoke::storage
