#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/order_chars.h"
#include "handlers/pasted_order.h"

// Between the files of pasted_order: a message, and what was cut out of it.
namespace laoke::pasted {

using Text = std::u32string;
using View = std::u32string_view;
inline constexpr char32_t kCut = U'\x01';       // something was cut out here
inline constexpr char32_t kPhoneCut = U'\x02';  // a phone number was

// --- pasted_fields.cpp
enum class Field { kRecipient, kPhone, kRegion, kAddress, kItems, kQuantity, kAmount, kPostcode, kNote, kDetail, kIgnored, kCount };
using Fields = std::array<Text, static_cast<std::size_t>(Field::kCount)>;
// Cuts what only misleads: order numbers and times with their labels, dates, the codes of virtual numbers behind names.
void cut_noise(Text& text);
// Takes the values behind "收货人：", "手机号码:", "Name:" … out of the text.
Fields cut_fields(Text& text);
// Drops what people write around an order: 亲, 下单, "please send", bare labels.
View without_politeness(View chunk);

// --- pasted_numbers.cpp
struct Phone {
  std::string e164, extension;
};
// Cuts every phone number out of the text; the first one found.
std::optional<Phone> cut_phones(Text& text, std::string_view country);
// Cuts every amount with a sign, a unit or a word for total; the one that is the total.
std::optional<Money> cut_amounts(Text& text, std::string_view currency);

// --- pasted_places.cpp
// How much a piece looks like a part of an address: 0 not, 1 a little, 2 and more surely.
int address_score(View piece);
// A Latin piece with an address in it, cut into what stands before, the address, and what stands behind its postcode.
std::vector<Text> around_address(View piece);
bool looks_like_name(View piece);      // of a person
bool has_surname(View piece);          // Han names with a known surname, 小美, 李女士
// Length of a name glued behind an address ("…1号张三"), 0 none.
std::size_t name_at_end(View address);
// Splits region and city off; moves a postcode and a country out of the line.
void split_place(View address, PastedOrder& pasted);

}  // namespace laoke::pasted
