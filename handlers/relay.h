#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "handlers/wording.h"
#include "storage/contacts.h"

namespace laoke {

// Messages of a customer that follow each other faster than this are one burst: only the first is shown with the
// customer's tags and the buttons, the rest by name alone.
inline constexpr std::int64_t kBurstMs = 2 * 60 * 1000;

// What the staff are told instead of the event itself, with buttons that act in one tap ("do:<action>:<number>").
struct RemarkButton {
  std::string label_key, data;
};
struct Remark {
  Phrase said;
  std::vector<RemarkButton> buttons;
};

// Shows what a customer sent (text, media, press, location, edit) in the chats of the customer's owner when those are
// paired, else of every owner of the shop. Replying to what is shown answers the customer. Does nothing for staff, for
// events that are no message, and for a shop that switched relaying off.
// With a remark its words and buttons are shown, also within a burst.
// `sender` is the customer's, as before this event (last_in_ms tells a burst).
void relay_to_staff(const Context& context, const storage::Sender& sender, const InboundEvent& event,
                    std::int64_t channel_id, const Remark* remark = nullptr);

// The language a staff chat is written to in.
std::string staff_language(const Context& context, std::int64_t staff_contact_id);

}  // namespace laoke
