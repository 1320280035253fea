#pragma once
#include <string>

#include "handlers/context.h"
#include "handlers/message_content.h"
#include "handlers/said.h"
#include "storage/contacts.h"
#include "storage/ledger.h"

namespace laoke {

// What a delivery says to its contact, made at the moment it is sent: a broadcast's and a reminder's text is rendered
// here, a direct message carries its own.
struct DeliveryContent {
  MessageContent content;
  std::int64_t about_customer_id = 0, about_contact_id = 0;  // in a staff chat: whom it shows
};
// The error says what in the template cannot be made for this customer.
OrSaid<DeliveryContent> content_of(const Context& context, const storage::Delivery& delivery,
                                   const storage::Contact& contact, std::string_view channel_kind);

// From a reminder's payload: the customer waits for it, so it may come at night.
bool passes_quiet_hours(const storage::Delivery& delivery);
// From a reminder's payload: sent once more when nobody knows whether it arrived.
bool resends_unknown(const storage::Delivery& delivery);

}  // namespace laoke
