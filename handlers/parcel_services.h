#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "storage/orders.h"
#include "storage/shipments.h"

namespace laoke {

// Whether accounts of this kind follow parcels. A test holds it against Kind::purpose of bot/channels/registry.cpp.
bool is_parcel_service(std::string_view channel_kind);

// Has a shipment that was just recorded followed by every such account of the shop that is not switched off: an errand
// "follow_parcel" each, once. Nothing for a shipment without a number, and none for what an import brings: services take
// money for each number.
void follow_parcel(const Context& context, const storage::Order& order, const storage::Shipment& shipment);
// The shipment was taken back: what still waits to be followed is not asked for any more. A service that follows it
// already goes on telling, of a number no shipment has.
void forget_parcel(const Context& context, std::int64_t order_id, std::int64_t shipment_id);

// Where a parcel is, asked once instead of followed.
struct ParcelQuestion {
  std::string carrier;      // code of handlers/carriers.h, "" the service finds out
  std::string tracking_no;  // as tracking_number() gives it
  std::string phone;        // of one of its ends, "" unknown
  std::int64_t asked_by = 0;  // the staff chat (a contact) the answer goes to
};
struct ParcelAsked {
  enum class Kind { kAsked, kTooSoon, kNobody };  // nobody: no account that answers is on
  Kind kind = Kind::kNobody;
  std::int64_t asked_at_ms = 0;  // kTooSoon: when this number was asked for last
};
// One number no more often than this: 快递100 locks accounts that ask more often (its page on real-time queries).
inline constexpr std::int64_t kAskParcelEveryMs = 30 * 60'000LL;
// Whether accounts of this kind answer questions: they take the errand "ask_parcel".
bool answers_parcel_questions(std::string_view channel_kind);
// Queues the question for the first account that answers. The answer comes as ParcelUpdate::asked_by.
ParcelAsked ask_parcel(const Context& context, const ParcelQuestion& question);
// The number the services are told for a shipment of this order: the order's phone, else the customer's first; "" none.
std::string phone_of_parcel(const Context& context, const storage::Order& order);

}  // namespace laoke
