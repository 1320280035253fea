#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace laoke {

// What a reminder's ledger row carries: the text is rendered when it is sent, from what is true then.
struct ReminderPayload {
  std::string template_name;
  std::int64_t order_id = 0, shipment_id = 0, product_id = 0, friend_id = 0, checkout_id = 0;  // what it is about; 0 nothing
  std::string language;             // "" the customer's, else the rule's ("zh-CN", "en")
  bool passes_quiet_hours = false;  // the customer waits for it: it may come at night
  bool resend_unknown = false;      // sent once more when it is unknown whether it arrived
  std::int64_t base_at_ms = 0;      // the moment its rule counted from; 0 unknown
  bool operator==(const ReminderPayload&) const = default;
};
std::string to_json_text(const ReminderPayload& payload);
// Throws std::invalid_argument when it is not what to_json_text() makes.
ReminderPayload reminder_payload_from(std::string_view json_text);

}  // namespace laoke
