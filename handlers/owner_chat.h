#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "handlers/context.h"

namespace laoke {

// What to tell, in the language of whoever reads it.
using Words = std::function<std::string(std::string_view language)>;

// Tells something to the people of the shop in their chats: the paired chats of the customer's own person, else those of
// every owner. With a customer, replying to the message answers them. Nobody paired: nobody is told, so what must not be
// lost is a task as well.
void tell_owners(const Context& context, const Words& words, std::int64_t about_customer_id = 0);

}  // namespace laoke
