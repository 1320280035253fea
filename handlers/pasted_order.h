#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/money.h"
#include "handlers/orders.h"
#include "handlers/said.h"

namespace laoke {

// Longer messages are read up to here: no order needs more, and chats forward whole articles.
inline constexpr std::size_t kLongestPaste = 4000;  // code points

struct PasteHints {
  std::string country = "CN";                            // of phones and addresses that do not say
  std::string currency = "CNY";                          // of bare numbers
  std::function<bool(std::string_view name)> is_product; // what the shop sells; may be empty
};

enum class PastePart { kRecipient, kPhone, kAddress, kItems, kAmount };

// What a pasted message says about an order. A draft for a person to confirm, never a fact.
struct PastedOrder {
  std::string recipient;
  std::string phone;      // E.164
  std::string extension;  // of virtual numbers, "" none
  std::string region, city, line;  // province or state, city, the rest; what the message does not tell apart is in `line`
  std::string postcode, country;   // country: as written, "" not said
  std::vector<OrderLine> items;
  std::optional<Money> amount;
  std::string note;
  std::vector<PastePart> missing;
  int confidence = 0;  // 0 … 100

  // The address on one line, as it is written in its country.
  std::string address() const;
  // "+8618412345678 转 1234": for the courier.
  std::string delivery_phone() const;
};

// Reads name, phone, address, items and amount out of a message, in any order, with or without labels, in Chinese of
// either script or English layouts; what it read stays in the characters it was written in. Never throws on any input.
PastedOrder read_pasted_order(std::string_view message, const PasteHints& hints);

// Whether the message is worth asking about: somebody to send to and somewhere to send it.
bool looks_like_order(const PastedOrder& pasted);
// "还缺：电话、金额" / "still missing: phone, amount"; empty sentences when nothing is.
Said missing_text(const PastedOrder& pasted);
// An order of that customer. The amount's currency goes with it.
OrderDraft draft_from(const PastedOrder& pasted, std::int64_t customer_id);

}  // namespace laoke
