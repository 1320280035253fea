#include "handlers/seller/who.h"

#include "handlers/calendar.h"
#include "handlers/customers.h"
#include "handlers/names.h"
#include "handlers/phone_numbers.h"
#include "handlers/seller/grammar.h"
#include "handlers/text.h"
#include "storage/phones.h"
#include "storage/tags.h"

namespace laoke::seller {
namespace {

constexpr std::size_t kMostNamePieces = 3;
constexpr std::int64_t kCreate = 0;  // the choice "a new customer"

using Found = std::vector<storage::FoundCustomer>;

std::optional<storage::Customer> living(Chat& chat, std::int64_t customer_id) {
  return storage::get_customer(chat.tx(), chat.shop_id(),
                               storage::living_customer(chat.tx(), chat.shop_id(), customer_id));
}

// "id:1234", as buttons and our own lines write it.
std::optional<std::int64_t> by_id(std::string_view name) {
  const std::string text = half_width(name);
  if (!text.starts_with("id:")) return std::nullopt;
  return number_of(std::string_view(text).substr(3));
}

// An exact name outweighs everything it is a part of. One more than can be shown tells that there are more.
Found candidates(Chat& chat, std::string_view name) {
  Found exact = storage::customers_named(chat.tx(), chat.shop_id(), folded(name), kMostChoices + 1);
  if (!exact.empty()) return exact;
  return search_customers(chat.context(), name, kMostChoices + 1);
}

std::vector<Option> options_of(Chat& chat, const Found& found) {
  std::vector<Option> options;
  for (const auto& one : found) {
    if (options.size() == kMostChoices) break;
    options.push_back({customer_line(chat, one.customer_id), one.customer_id});
  }
  return options;
}

void ask_which(Chat& chat, std::string_view name, const std::string& slot, const Found& found) {
  std::string text = chat.words({"seller.who.which", {{"name", shorten(name, 40)}}});
  if (found.size() > kMostChoices) text += "\n" + chat.words({"seller.who.more"});
  chat.ask_choice(text, slot, options_of(chat, found));
}

void ask_unknown(Chat& chat, std::string_view name, const std::string& slot, Unknown unknown) {
  const std::string shown = shorten(name, 40);
  auto options = options_of(chat, nearest_customers(chat.context(), name));
  const bool any_near = !options.empty();
  if (unknown == Unknown::kOfferToCreate) options.push_back({chat.words({"seller.who.create", {{"name", shown}}}), kCreate});
  if (options.empty()) return chat.tell({"seller.who.none", {{"name", shown}}});
  chat.ask_choice(chat.words({any_near ? "seller.who.near" : "seller.who.new", {{"name", shown}}}), slot, options);
}

std::optional<storage::Customer> picked_one(Chat& chat, std::string_view name, const std::string& slot) {
  const auto picked = chat.picked(slot);
  if (!picked) return std::nullopt;
  if (*picked != kCreate) return living(chat, *picked);
  NewCustomer wanted;
  wanted.name = trim(name);
  wanted.source = "chat";
  const auto customer_id = create_customer(chat.context(), wanted);
  chat.pick(slot, customer_id);
  return living(chat, customer_id);
}

std::string phone_tail(const std::string& phone) {
  return phone.size() <= 4 ? phone : phone.substr(phone.size() - 4);
}

}  // namespace

std::optional<storage::Customer> find_who(Chat& chat, std::string_view name, Unknown unknown) {
  std::string_view behind = name = trim(name);
  const std::string unquoted = take_token(behind);
  if (trim(behind).empty() && unquoted.size() < name.size()) name = unquoted;  // find "Anna Smith"
  if (name.empty()) {
    chat.tell({"seller.who.missing"});
    return std::nullopt;
  }
  const std::string slot = "who:" + folded(shorten(name, 100));
  if (auto customer = picked_one(chat, name, slot)) return customer;
  if (const auto id = by_id(name)) {
    auto customer = living(chat, *id);
    if (!customer) chat.tell({"seller.who.none", {{"name", shorten(name, 40)}}});
    return customer;
  }
  const Found found = candidates(chat, name);
  if (found.size() == 1) return living(chat, found.front().customer_id);
  if (found.empty())
    ask_unknown(chat, name, slot, unknown);
  else
    ask_which(chat, name, slot, found);
  return std::nullopt;
}

std::optional<WhoAndRest> take_who(Chat& chat, std::string_view text, Unknown unknown) {
  std::string_view rest = trim(text);
  const std::string first = take_token(rest);
  std::string name = first;
  std::string_view behind = rest;
  std::optional<std::pair<std::string, std::string_view>> longest;
  for (std::size_t pieces = 2; pieces <= kMostNamePieces && !trim(behind).empty() && first.size() < 400; ++pieces) {
    name += " " + take_token(behind);
    if (name.size() > 800) break;
    if (!storage::customers_named(chat.tx(), chat.shop_id(), folded(name), 1).empty()) longest = {name, behind};
  }
  auto customer = find_who(chat, longest ? longest->first : first, unknown);
  if (!customer) return std::nullopt;
  return WhoAndRest{std::move(*customer), std::string(trim(longest ? longest->second : rest))};
}

bool names_somebody(const Chat& chat, std::string_view text) {
  if (!storage::customers_named(chat.tx(), chat.shop_id(), folded(text), 1).empty()) return true;
  const auto phone = phone_in(text, chat.context().shop.country);
  return phone && !storage::customers_with_phone(chat.tx(), chat.shop_id(), *phone).empty();
}

std::string customer_line(const Chat& chat, std::int64_t customer_id) {
  const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), customer_id);
  if (!customer) return "#" + std::to_string(customer_id);
  std::string line = shorten(customer->name, 30);
  for (const auto& phone : storage::phones_of_customer(chat.tx(), chat.shop_id(), customer_id)) {
    line += " · " + chat.words({"seller.who.phone", {{"tail", phone_tail(phone.phone)}}});
    break;
  }
  std::size_t shown = 0;
  for (const auto& tag : storage::tags_of_customer(chat.tx(), chat.shop_id(), customer_id))
    if (shown++ < 2) line += " · " + shorten(tag.name, 12);
  const auto facts = storage::get_facts(chat.tx(), chat.shop_id(), customer_id);
  if (facts && facts->last_order_ms)
    line += " · " + chat.words({"seller.who.last_order",
                                {{"date", format_date(*facts->last_order_ms, chat.zone(), chat.language())}}});
  return line;
}

}  // namespace laoke::seller
