#pragma once
#include <cstdint>
#include <string>

#include "handlers/context.h"
#include "handlers/outside_events.h"

// Who a shop system's buyer is here.
namespace laoke {

struct ShopAccount {
  std::int64_t channel_id = 0;
  std::string name;
};

// By the shop system's id of the buyer, then the phone, then the e-mail, each only when it fits exactly one customer;
// else a new customer whose source is the account's name, and one of the same name and address is suggested for a merge.
// What the record lacks is filled in; what stands in it is never changed. Masked values ("138****0000") are no values.
std::int64_t buyer_of(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update);

// More of a buyer who is known to be this customer: fills in what the record lacks. Nothing for one who was removed.
void learn_of_buyer(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update, std::int64_t customer_id);

// The law asks to forget a buyer: the orders named lose recipient, phone, address and note, the link is cut, and a person
// the shop knows nothing else of (no chat, no order of their own) loses everything that names them.
void forget_buyer(const Context& context, const ShopAccount& account, const ShopOrderUpdate& update);

}  // namespace laoke
