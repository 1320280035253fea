#pragma once
#include <string_view>

namespace laoke::channels::whatsapp {

// A business-scoped user id: two capitals of a country, a point, up to 128 letters and digits
// ("US.13491208655302741918").
bool is_user_id(std::string_view text);
// A phone number as WhatsApp writes it: 5 to 20 digits, country first, no plus.
bool is_phone_digits(std::string_view text);

}  // namespace laoke::channels::whatsapp
