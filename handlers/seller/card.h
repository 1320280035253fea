#pragma once
#include <string>

#include "handlers/seller/chat.h"
#include "storage/customers.h"
#include "storage/orders.h"

namespace laoke::seller {

// Everything the shop knows of a customer that helps while talking to them, the most useful first. What a customer is
// called and wrote is shown as it is and never read again.
std::string card(const Chat& chat, const storage::Customer& customer);
void show_card(Chat& chat, const storage::Customer& customer);

// "#1024 已付款 面膜×2 ¥198.00 3月2日".
std::string order_line(const Chat& chat, const storage::Order& order);

}  // namespace laoke::seller
