#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "storage/send_steps.h"

namespace laoke {

// The contacts of the customer that refused this delivery for good before the one its row names, in order.
std::vector<storage::SendStep> tried_before(const Context& context, const storage::Delivery& delivery);
// "wechat：客户屏蔽或取消了关注；line：…" for `why`, "" when no other was tried.
std::string tried_words(const Context& context, const storage::Delivery& delivery, std::string_view language);

// What the platform said when it refused a delivery that now ends there, "" when it did not say.
std::string refusal_words(const Context& context, const storage::Delivery& delivery);

}  // namespace laoke
