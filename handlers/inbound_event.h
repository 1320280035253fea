#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace laoke {

struct BatchResult;      // handlers/outside_events.h
struct ParcelUpdate;
struct ShopOrderUpdate;

enum class InboundKind {
  kText,         // also a quick reply, and a command such as /start
  kMedia,        // photo, voice, file, …: `media_kind` says which, `text` is the caption
  kPress,        // a button was pressed: `press_data`
  kSharedPhone,  // the sender's own number, vouched for by the platform: `phone`
  kLocation,     // `text` is "latitude,longitude"
  kEdited,       // `platform_message_id` now reads `text`; never run as a command
  kFollowed,     // subscribed, pressed start, came back: `referral` when they came by a link
  kBlocked,      // the contact cannot be written to any more
  kMoved,        // the contact's address changed: `new_external_id`
  kReceipt,      // about a message of ours: `platform_message_id`, `receipt`
  kUnsent,       // the sender withdrew `platform_message_id`: its text is not kept
  kTagged,       // what the platform knows of the contact: `tags` were put on, `untags` taken off; name and person_id
  kAlert,        // something a person of the shop should know: `text`; about the contact, where there is one
  kParcel,       // news of a shipment: `parcel`; from a service that follows parcels, no contact
  kShopOrder,    // news of an order or checkout: `shop_order`; from a shop system, no contact
  kProfile,      // what the platform says of a contact when asked: `display_name`; they need not have done anything
  kStaffWrote,   // staff wrote to `external_id` (perhaps told by `phone` only) beside us, in the platform's own inbox: `text`, `media_kind`
  kOther,        // understood, but nothing to do
};

enum class ReceiptKind {
  kNone,
  kDelivered,
  kRead,
  kFailed,
  kSent,  // the platform took it: says so of a message whose own answer was lost, or whose task a person confirmed
};

// One thing that happened on a chat platform, in the platform's words translated to ours. Made by an adapter, taken by
// handlers/inbound.
struct InboundEvent {
  InboundKind kind = InboundKind::kOther;
  std::string key;          // unique per channel for ever: the de-duplication key
  std::string external_id;  // the sender's address on the channel
  std::int64_t at_ms = 0;   // the platform's clock, UTC; 0 when it does not say (presses on Telegram)
  std::string display_name, username, language;  // language as the platform says it, "" unknown
  std::string text;
  std::string media_kind, media;  // "photo" and the platform's file id
  std::string platform_message_id;
  std::string reply_to;     // platform id of the message this one answers, "" none
  std::string press_id;     // to acknowledge the press with
  std::string press_data;
  std::string referral;     // deep-link payload, QR scene
  std::string phone;        // the sender's own, vouched for by the platform, as it writes it; may come with any kind of event
  std::string new_external_id;
  ReceiptKind receipt = ReceiptKind::kNone;
  std::string receipt_reason;     // platform's code and text for a failed receipt
  std::string reply_token;        // platforms with free answers to one event
  std::int64_t window_ms = 0;     // this event opens the messaging window for so long; 0: no window on this platform
  std::int64_t replies_left = -1; // messages the window allows; -1 not counted
  std::string reference;          // of a receipt: Outgoing::reference of our message, where the platform echoes it
  std::string person_id;          // one person's id over several accounts, as the platform says it (unionid), "" unknown
  bool names_on_request = false;  // the platform tells the sender's name only when asked: the errand "profile"
  std::vector<std::string> tags, untags;  // names
  std::shared_ptr<const ParcelUpdate> parcel;
  std::shared_ptr<const ShopOrderUpdate> shop_order;
  std::shared_ptr<const BatchResult> batch_result;  // of a kReceipt about a whole batch (platform_message_id), from no contact

  bool operator==(const InboundEvent&) const = default;
};

}  // namespace laoke
