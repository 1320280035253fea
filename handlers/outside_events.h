#pragma once
#include <cstdint>
#include <string>
#include <vector>

// What services beside the chats tell the shop, in our words. Made by an adapter, taken by handlers/inbound.
namespace laoke {

// What a platform says became of one call for many. Some platforms tell no more than counts, and of nobody by name.
struct BatchResult {
  bool failed = false;         // nobody got it
  std::int64_t addressed = -1; // recipients of the call; -1 not told, as below
  std::int64_t kept = -1;      // after those the platform leaves out by its own rules
  std::int64_t sent = -1, errors = -1;
  std::string words;           // the platform's status, with what it means

  bool operator==(const BatchResult&) const = default;
};

enum class ParcelStage { kLabelCreated, kShipped, kInTransit, kOutForDelivery, kReadyForPickup, kDelivered, kException, kReturned, kStale };

// The newest word on one parcel. Services repeat themselves and overtake each other.
struct ParcelUpdate {
  std::string carrier;         // code of handlers/carriers.h, "" when the service has one we do not know
  std::string new_carrier;     // the service corrected the carrier to this one, "" not
  std::string tracking_no;
  ParcelStage stage = ParcelStage::kInTransit;
  std::int64_t at_ms = 0;      // when it happened, UTC; 0 unknown
  std::int64_t first_at_ms = 0; // of the oldest row the service has, 0 unknown
  std::string text;            // the carrier's words
  std::string reference;       // what we gave the service when it began to follow, "" none
  bool stopped = false;        // the service gave up following
  std::int64_t asked_by = 0;   // the answer to a question from this staff chat (a contact), who is told; 0: nobody asked
  std::string refused;         // asked_by: why there is no answer, "" there is one

  bool operator==(const ParcelUpdate&) const = default;
};

enum class ShopOrderChange {
  kPlaced,
  kPaid,
  kShipped,
  kDelivered,
  kCancelled,
  kRefunded,
  kAbandoned,    // a checkout nobody has finished yet; external_id is the checkout's
  kCompleted,    // done as the shop system sees it: not the same as delivered
  kBuyer,        // only about the buyer: name, phone, e-mail, consent
  kForgetBuyer,  // the law asks: the buyer and what `forget_orders` say of them are removed
  kBuyerData,    // the law asks: the buyer wants to see what the shop knows of them
  kClosed,       // the account was taken away: nothing comes any more
  kTrouble,      // its API refuses us: `note` says why; nothing about an order
};

struct ShopOrderItem {
  std::string name, sku;
  std::int64_t quantity = 1;
  std::int64_t unit_price_minor = -1;  // -1 unknown

  bool operator==(const ShopOrderItem&) const = default;
};

struct ShopShipment {
  std::string carrier;  // as the shop system writes it
  std::string tracking_no;
  std::int64_t at_ms = 0;  // when it left, 0 unknown

  bool operator==(const ShopShipment&) const = default;
};

struct ShopRefund {
  std::string id;  // unique in its order
  std::int64_t amount_minor = 0;

  bool operator==(const ShopRefund&) const = default;
};

// An order as a shop system sees it now. `change` is why it told us; states named by `paid` and kin count too, so a
// message that overtook another loses nothing.
struct ShopOrderUpdate {
  ShopOrderChange change = ShopOrderChange::kPlaced;
  std::string external_id;       // of the order or the checkout, unique in the shop system
  std::string number;            // what people call it there
  std::string customer_id;       // the shop system's id of the buyer, "" none
  std::string name, phone, email, address, language, note;
  std::string currency;          // ISO 4217
  std::int64_t total_minor = 0, refunded_minor = 0;
  std::vector<ShopOrderItem> items;
  std::vector<ShopShipment> shipments;
  bool paid = false, cancelled = false, refunded = false;  // refunded: all of it
  std::int64_t placed_at_ms = 0, changed_at_ms = 0;        // changed_at_ms orders messages about one order; 0 unknown
  bool accepts_marketing = false, marketing_known = false;
  std::string checkout_id;       // of the checkout this order came from: it is not abandoned any more
  std::string checkout_url;      // kAbandoned: where the buyer goes on
  bool whole = false;            // names, items and amounts are those of the order now; false: only what is set is told
  bool shipped = false, delivered = false, completed = false;
  std::int64_t paid_at_ms = 0;   // 0 unknown
  std::vector<ShopRefund> refunds;         // each once; beside them refunded_minor is their sum where only that is told
  std::vector<std::string> forget_orders;  // kForgetBuyer: their ids
  bool ask_more = false;         // the account can read more of this order (its parcels): the errand "read_order"

  bool operator==(const ShopOrderUpdate&) const = default;
};

}  // namespace laoke
