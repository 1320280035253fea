#include "handlers/customers.h"
#include "handlers/names.h"
#include "handlers/pasted_order.h"
#include "handlers/products.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/lists.h"
#include "handlers/seller/order_pick.h"
#include "handlers/seller/who.h"
#include "handlers/text.h"
#include "storage/phones.h"

// A message with name, phone, address and items, pasted as it came: understood, shown, and recorded after a yes.
namespace laoke::seller {
namespace {

const std::string kPastedSlot = "pasted_customer";
constexpr std::int64_t kNewCustomer = 0;

using Found = std::vector<storage::FoundCustomer>;

PastedOrder read_pasted(const Chat& chat, std::string_view text) {
  PasteHints hints;
  hints.country = chat.context().shop.country;
  hints.currency = chat.context().shop.currency;
  hints.is_product = [&](std::string_view name) { return find_product(chat.context(), name).has_value(); };
  return read_pasted_order(text, hints);
}

Found who_ordered(const Chat& chat, const PastedOrder& pasted) {
  Found found;
  if (!pasted.phone.empty())
    for (const auto id : storage::customers_with_phone(chat.tx(), chat.shop_id(), pasted.phone))
      if (const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), id)) found.push_back({id, customer->name});
  if (found.empty()) found = storage::customers_named(chat.tx(), chat.shop_id(), folded(pasted.recipient), kMostChoices);
  return found;
}

// Whom the order is for; nullopt: the person was asked. kNewCustomer: somebody the shop does not know.
std::optional<std::int64_t> buyer(Chat& chat, const PastedOrder& pasted) {
  if (const auto picked = chat.picked(kPastedSlot)) return picked;
  const Found found = who_ordered(chat, pasted);
  if (found.empty()) return kNewCustomer;
  if (found.size() == 1) return found.front().customer_id;
  std::vector<Option> options;
  for (const auto& one : found)
    if (options.size() < static_cast<std::size_t>(kMostChoices)) options.push_back({customer_line(chat, one.customer_id), one.customer_id});
  options.push_back({chat.words({"seller.who.create", {{"name", shorten(pasted.recipient, 40)}}}), kNewCustomer});
  chat.ask_choice(chat.words({"seller.who.which", {{"name", shorten(pasted.recipient, 40)}}}), kPastedSlot, options);
  return std::nullopt;
}

std::string lines_of(const Chat& chat, const PastedOrder& pasted) {
  std::vector<std::string> lines;
  const bool zh = chat.language().starts_with("zh");
  for (const auto& line : pasted.items) lines.push_back(line.product + (zh ? "×" : " ×") + std::to_string(line.quantity));
  const auto items = listed(lines, chat.language());
  const auto amount = pasted.amount ? chat.money(pasted.amount->amount_minor, pasted.amount->currency) : std::string("—");
  std::string text = chat.words({"seller.pasted.summary",
                                 {{"recipient", shorten(pasted.recipient, 40)},
                                  {"phone", pasted.delivery_phone()},
                                  {"address", shorten(pasted.address(), 200)},
                                  {"items", shorten(items, 300)},
                                  {"amount", amount}}});
  if (!pasted.note.empty()) text += "\n" + chat.words({"seller.pasted.note", {{"note", shorten(pasted.note, 100)}}});
  if (const auto missing = missing_text(pasted).in(chat.language()); !missing.empty()) text += "\n" + missing;
  return text;
}

void show(Chat& chat, const PastedOrder& pasted, std::int64_t customer_id) {
  const std::string who = customer_id == kNewCustomer ? chat.words({"seller.who.create", {{"name", shorten(pasted.recipient, 40)}}})
                                                      : customer_line(chat, customer_id);
  chat.pick(kPastedSlot, customer_id);
  chat.ask_yes(chat.words({"seller.pasted.ask", {{"who", who}, {"order", lines_of(chat, pasted)}}}));
}

std::int64_t customer_for(Chat& chat, const PastedOrder& pasted, std::int64_t customer_id) {
  if (customer_id != kNewCustomer) return storage::living_customer(chat.tx(), chat.shop_id(), customer_id);
  NewCustomer wanted;
  wanted.name = pasted.recipient;
  wanted.source = "chat";
  return create_customer(chat.context(), wanted);
}

void record(Chat& chat, const PastedOrder& pasted, std::int64_t customer_id) {
  const bool made = customer_id == kNewCustomer;
  customer_id = customer_for(chat, pasted, customer_id);
  const auto order = record_order(chat.context(), draft_from(pasted, customer_id));
  if (!pasted.phone.empty()) add_customer_phone(chat.context(), customer_id, pasted.phone);
  if (!pasted.line.empty()) {
    AddressInput input;
    input.line = pasted.address();
    input.recipient = pasted.recipient;
    input.phone = pasted.phone;
    input.region = pasted.region;
    input.city = pasted.city;
    add_customer_address(chat.context(), customer_id, input);
  }
  tell_recorded(chat, order, {made ? customer_id : 0, pasted.amount.has_value()});
}

}  // namespace

bool try_pasted_order(Chat& chat, std::string_view text) {
  const PastedOrder pasted = read_pasted(chat, text);
  if (!looks_like_order(pasted) || chat.role() < Role::kOperator) return false;
  if (pasted.items.empty()) {
    chat.tell({"seller.pasted.no_items", {{"order", lines_of(chat, pasted)}}});
    return true;
  }
  const auto customer_id = buyer(chat, pasted);
  if (!customer_id) return true;
  if (chat.confirmed())
    record(chat, pasted, *customer_id);
  else
    show(chat, pasted, *customer_id);
  return true;
}

}  // namespace laoke::seller
