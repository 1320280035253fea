#include "bot/channels/whatsapp/address.h"

#include <algorithm>

namespace laoke::channels::whatsapp {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter_or_digit(char c) {
  return is_digit(c) || is_capital(c) || (c >= 'a' && c <= 'z');
}

constexpr std::size_t kCountry = 3;       // "CN."
constexpr std::size_t kMostOfUser = 128;  // letters behind it

}  // namespace

bool is_user_id(std::string_view text) {
  if (text.size() <= kCountry || text.size() > kCountry + kMostOfUser) return false;
  const auto user = text.substr(kCountry);
  return is_capital(text[0]) && is_capital(text[1]) && text[2] == '.' &&
         std::all_of(user.begin(), user.end(), is_letter_or_digit);
}

bool is_phone_digits(std::string_view text) {
  return text.size() >= 5 && text.size() <= 20 && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace laoke::channels::whatsapp
