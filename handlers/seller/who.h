#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "handlers/seller/chat.h"
#include "storage/customers.h"

// Which customer a seller means.
namespace laoke::seller {

enum class Unknown { kSuggest, kOfferToCreate };

// By "id:N", the number of a phone, exact name, or a part of the name, its pinyin or initials. Several: a numbered
// question; none: the nearest names. Then nullopt: the person was answered and the command has nothing more to do.
std::optional<storage::Customer> find_who(Chat& chat, std::string_view name, Unknown unknown = Unknown::kSuggest);

// The customer a text begins with, and the rest: the longest beginning of up to three pieces that is somebody's exact
// name, else the first piece by find_who().
struct WhoAndRest {
  storage::Customer customer;
  std::string rest;
};
std::optional<WhoAndRest> take_who(Chat& chat, std::string_view text, Unknown unknown = Unknown::kSuggest);

// One line that tells a customer from others of the name: "张三 · 尾号5678 · 油性皮肤 · 最近下单 3月2日".
std::string customer_line(const Chat& chat, std::int64_t customer_id);

// Whether a text is, alone, the exact name of a customer or a phone number one has.
inline constexpr std::size_t kLongestNameBytes = 800;  // 200 code points
bool names_somebody(const Chat& chat, std::string_view text);

inline constexpr int kMostChoices = 8;

}  // namespace laoke::seller
