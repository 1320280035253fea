#pragma once
#include <string>
#include <string_view>

#include "handlers/compose.h"
#include "handlers/context.h"
#include "handlers/message_content.h"
#include "handlers/said.h"
#include "storage/broadcasts.h"
#include "storage/ledger.h"

namespace laoke {

// What a delivery says to its contact, made at the moment it is sent: a broadcast's and a reminder's text is rendered
// here, a direct message carries its own.
struct DeliveryContent {
  MessageContent content;
  std::int64_t about_customer_id = 0, about_contact_id = 0;  // in a staff chat: whom it shows
};
// `broadcast` for rows of source "b". The customer exists and is nobody merged away; `language` is theirs, "" the shop's.
// The error says what cannot be made for them.
OrSaid<DeliveryContent> content_of(const Context& context, const storage::Delivery& delivery, std::string_view language,
                                   std::string_view channel_kind, const storage::Broadcast* broadcast, MessageCache& cache);

// What its text allows on a channel of this kind, before anything is rendered.
TextTraits traits_of(const Context& context, const storage::Delivery& delivery, std::string_view language, std::string_view channel_kind,
                     const storage::Broadcast* broadcast, MessageCache& cache);
// Leaves either the words or the platform's approved template in it: the template goes where the messaging window is over,
// the words where it is open. A message that has only one of them stays as it is.
void fit_to_window(MessageContent& content, bool by_template);

bool passes_quiet_hours(const storage::Delivery& delivery);
bool resends_unknown(const storage::Delivery& delivery);

// The text of a broadcast, as compose() wants it.
MessageText text_of(const storage::Broadcast& broadcast);

}  // namespace laoke
