#include "handlers/seller/card.h"

#include "handlers/attributes.h"
#include "handlers/birthdays.h"
#include "handlers/calendar.h"
#include "handlers/order_states.h"
#include "handlers/order_text.h"
#include "handlers/reminders.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/lists.h"
#include "handlers/seller/who.h"
#include "handlers/stages.h"
#include "handlers/text.h"
#include "storage/addresses.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/messages.h"
#include "storage/notes.h"
#include "storage/phones.h"
#include "storage/shipments.h"
#include "storage/staff.h"
#include "storage/tags.h"

namespace laoke::seller {
namespace {

constexpr int kShownOrders = 3, kShownNotes = 3, kShownMessages = 5;
constexpr std::size_t kShownReminders = 3, kShownMessageCodePoints = 60;

// Lines of "title: value", empty values left out.
class Lines {
 public:
  explicit Lines(const Chat& chat) : chat_(chat) {}
  void add(std::string_view key, const std::string& value) {
    if (value.empty()) return;
    text_ += "\n" + chat_.words({"seller.card." + std::string(key), {{"value", value}}});
  }
  void raw(const std::string& line) { text_ += "\n" + line; }
  std::string text() const { return text_; }

 private:
  const Chat& chat_;
  std::string text_;
};

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const auto& part : parts) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

std::string tags_of(const Chat& chat, std::int64_t id) {
  std::vector<std::string> names;
  for (const auto& tag : storage::tags_of_customer(chat.tx(), chat.shop_id(), id))
    names.push_back("#" + (tag.group.empty() ? "" : tag.group + "/") + tag.name);
  return joined(names, " ");
}

std::string phones_of(const Chat& chat, std::int64_t id) {
  std::vector<std::string> numbers;
  for (const auto& phone : storage::phones_of_customer(chat.tx(), chat.shop_id(), id)) numbers.push_back(phone.phone);
  return listed(numbers, chat.language());
}

std::string address_of(const Chat& chat, std::int64_t id) {
  const auto addresses = storage::addresses_of_customer(chat.tx(), chat.shop_id(), id);
  if (addresses.empty()) return "";
  const auto& first = addresses.front();
  return (first.recipient.empty() ? "" : first.recipient + " ") + first.line;
}

std::string contacts_of(const Chat& chat, std::int64_t id) {
  std::vector<std::string> shown;
  for (const auto& contact : storage::contacts_of_customer(chat.tx(), chat.shop_id(), id)) {
    const auto channel = storage::get_channel(chat.tx(), chat.shop_id(), contact.channel_id);
    std::string one = channel ? channel->name : "?";
    if (!contact.username.empty()) one += " @" + shorten(contact.username, 30);
    if (contact.state != "active") one += " (" + chat.words({"seller.contact." + contact.state}) + ")";
    const auto same = std::ranges::find(shown, one);  // two accounts of one person on the same channel
    if (same == shown.end()) shown.push_back(std::move(one));
  }
  return listed(shown, chat.language());
}

std::string attributes_of(const Chat& chat, std::int64_t id) {
  std::vector<std::string> shown;
  for (const auto& attribute : storage::attributes_of_customer(chat.tx(), chat.shop_id(), id))
    shown.push_back(attribute.name + "=" + shorten(shown_attribute(attribute, chat.language()), 60));
  return listed(shown, chat.language());
}

std::string owner_of(const Chat& chat, const storage::CustomerFacts& facts) {
  if (!facts.owner_id) return "";
  const auto staff = storage::get_staff(chat.tx(), chat.shop_id(), *facts.owner_id);
  return staff ? staff->name : "";
}

void add_facts(const Chat& chat, const storage::CustomerFacts& facts, Lines& lines) {
  lines.add("stage", joined({stage_words(facts.stage, chat.language()), facts.grade}, facts.stage.empty() || facts.grade.empty() ? "" : " · "));
  lines.add("owner", owner_of(chat, facts));
  if (facts.opted_out) lines.raw(chat.words({"seller.card.opted_out"}));
  if (facts.order_count > 0)
    lines.raw(chat.words({"seller.card.orders",
                          {{"count", facts.order_count},
                           {"spent", chat.money(facts.spent_minor)},
                           {"last", facts.last_order_ms
                                        ? format_date(*facts.last_order_ms, chat.zone(), chat.language())
                                        : std::string("—")}}}));
}

void add_orders(const Chat& chat, std::int64_t id, Lines& lines) {
  for (const auto& order : storage::list_orders_of_customer(chat.tx(), chat.shop_id(), id, 0, kShownOrders))
    lines.raw("  " + order_line(chat, order));
}

void add_notes(const Chat& chat, std::int64_t id, Lines& lines) {
  for (const auto& note : storage::notes_of_customer(chat.tx(), chat.shop_id(), id, kShownNotes))
    lines.raw("📝 " + format_date(note.created_at_ms, chat.zone(), chat.language()) + " " + shorten(note.text, 120));
}

// What the shop will send by itself next, so that the seller does not write the same just before.
void add_pending(const Chat& chat, std::int64_t id, Lines& lines) {
  const auto pending = pending_reminders(chat.context(), id);
  for (std::size_t i = 0; i < std::min(pending.size(), kShownReminders); ++i)
    lines.raw(chat.words({"seller.card.pending",
                          {{"time", chat.date_time(pending[i].due_at_ms)}, {"title", pending[i].title.in(chat.language())}}}));
  if (pending.size() > kShownReminders)
    lines.raw(chat.words({"seller.card.pending_more", {{"count", pending.size() - kShownReminders}}}));
}

// "paid:1001", "rcv:1001:y": the buttons of the stock texts, by what stands on them.
std::string button_words(const Chat& chat, const std::string& data) {
  struct Stock {
    std::string_view begins, ends, key;
  };
  static constexpr Stock kStock[] = {{"paid:", "", "paid"},      {"cancel:", "", "cancel"},   {"rcv:", ":y", "arrived"},
                                     {"rcv:", ":n", "problem"},  {"again:y", "", "again"},    {"again:n", "", "not_yet"}};
  for (const auto& stock : kStock)
    if (data.starts_with(stock.begins) && data.ends_with(stock.ends)) return chat.words({"seller.card.pressed." + std::string(stock.key)});
  return one_line(data, kShownMessageCodePoints);
}

std::string message_words(const Chat& chat, const storage::MessageRow& message) {
  if (message.kind == "press") return chat.words({"relay.press", {{"text", button_words(chat, message.text)}}});
  if (message.kind == "follow") return chat.words({"seller.card.followed"});
  const std::string text = one_line(message.text, kShownMessageCodePoints);
  if (message.kind == "location") return chat.words({"relay.location", {{"place", text}}});
  const std::string media = "relay.media." + message.kind;
  if (message.kind == "text" || (!text.empty() && !has_words(media))) return text;
  return chat.words({has_words(media) ? media : "relay.media.file"}) + (text.empty() ? "" : " " + text);
}

void add_messages(const Chat& chat, std::int64_t id, Lines& lines) {
  auto messages = storage::list_messages(chat.tx(), chat.shop_id(), id, 0, kShownMessages);
  std::ranges::reverse(messages);
  for (const auto& message : messages) lines.raw((message.direction == "in" ? "← " : "→ ") + message_words(chat, message));
}

// What the services say of an order on its way: " · 派送中"; "" while they say nothing.
std::string parcel_stage_of(const Chat& chat, const storage::Order& order) {
  if (order.state != name_of(OrderState::kShipped)) return "";
  std::string_view shown;
  const auto shipments = storage::list_shipments(chat.tx(), chat.shop_id(), order.order_id);
  for (const auto& shipment : shipments)
    if (shipment.state != "shipped" && shipment.state != "delivered") shown = shipment.state;
  return shown.empty() ? "" : " · " + chat.words({"seller.shipment." + std::string(shown)});
}

}  // namespace

std::string order_line(const Chat& chat, const storage::Order& order) {
  const auto state = find_order_state(order.state);
  const auto items = storage::list_order_items(chat.tx(), chat.shop_id(), order.order_id);
  return "#" + std::to_string(order.number) + " " + (state ? word_for(*state).in(chat.language()) : order.state) + parcel_stage_of(chat, order) + " " +
         shorten(items_text(items, chat.language()), 60) + " " + chat.money(order.total_minor, order.currency) + " " +
         format_date(order.created_at_ms, chat.zone(), chat.language());
}

std::string card(const Chat& chat, const storage::Customer& customer) {
  const auto id = customer.customer_id;
  Lines lines(chat);
  if (const auto tags = tags_of(chat, id); !tags.empty()) lines.raw(tags);
  lines.add("phone", phones_of(chat, id));
  lines.add("address", address_of(chat, id));
  lines.add("birthday", shown_birthday(customer.birthday, chat.language()));
  lines.add("attributes", attributes_of(chat, id));
  if (const auto facts = storage::get_facts(chat.tx(), chat.shop_id(), id)) add_facts(chat, *facts, lines);
  add_orders(chat, id, lines);
  add_pending(chat, id, lines);
  add_notes(chat, id, lines);
  lines.add("contacts", contacts_of(chat, id));
  add_messages(chat, id, lines);
  return "👤 " + customer.name + lines.text();
}

void show_card(Chat& chat, const storage::Customer& customer) {
  std::vector<Button> row;
  for (const std::string_view action : {"tag", "order", "later"})
    row.push_back({chat.words({"relay.button." + std::string(action)}),
                   "do:" + std::string(action) + ":" + std::to_string(customer.customer_id), ""});
  chat.answer(card(chat, customer), {row});
}

void run_find(Chat& chat, std::string_view rest) {
  if (const auto customer = find_who(chat, rest)) show_card(chat, *customer);
}

bool try_customer(Chat& chat, std::string_view text) {
  if (text.size() > kLongestNameBytes || text.find('\n') != std::string_view::npos) return false;
  if (!names_somebody(chat, text)) return false;
  run_find(chat, text);
  return true;
}

}  // namespace laoke::seller
