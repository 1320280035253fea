#include "handlers/parcels.h"

#include <algorithm>
#include <charconv>

#include "handlers/calendar.h"
#include "handlers/carriers.h"
#include "handlers/orders.h"
#include "handlers/outbox.h"
#include "handlers/owner_chat.h"
#include "handlers/shipment_stages.h"
#include "handlers/shipments.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/parcel_news.h"

namespace laoke {
namespace {

using storage::Shipment;

constexpr std::size_t kKeptWordsCodePoints = 300, kToldWordsCodePoints = 120, kToldNameCodePoints = 40;
constexpr std::int64_t kKeepUnknownMs = 60LL * 24 * 3'600'000;

bool beside_the_way(ParcelStage stage) {
  return stage == ParcelStage::kException || stage == ParcelStage::kReturned || stage == ParcelStage::kStale;
}

bool has_ended(const Shipment& shipment) { return shipment.state == "delivered" || shipment.state == "returned"; }

// As shipments store it; a number of a shape we would not take from a seller as the service writes it.
std::string number_in(const ParcelUpdate& news) {
  auto number = tracking_number(news.tracking_no);
  return number.empty() ? news.tracking_no : number;
}

// "<order id>-<shipment id>", as parcel_services.cpp gives it to the services.
std::optional<Shipment> referred_to(const Context& context, std::string_view reference) {
  std::int64_t order_id = 0, shipment_id = 0;
  const char* const end = reference.data() + reference.size();
  const auto [dash, fault] = std::from_chars(reference.data(), end, order_id);
  if (fault != std::errc() || dash == end || *dash != '-') return std::nullopt;
  const auto [last, wrong] = std::from_chars(dash + 1, end, shipment_id);
  if (wrong != std::errc() || last != end) return std::nullopt;
  return storage::get_shipment(context.tx, context.shop_id(), order_id, shipment_id);
}

// Blanks and dashes are written or not.
bool same_number(std::string_view one, std::string_view other) {
  const auto plain = [](std::string_view text) {
    std::string letters = fold(text);
    std::erase_if(letters, [](char c) { return c == '-' || c == ' '; });
    return letters;
  };
  return plain(one) == plain(other);
}

// Keeps those that fit, unless none does.
template <class Fits>
void prefer(std::vector<Shipment>& shipments, const Fits& fits) {
  if (shipments.size() > 1 && std::ranges::any_of(shipments, fits)) std::erase_if(shipments, [&](const Shipment& s) { return !fits(s); });
}

// Several orders may travel in one parcel, and carriers give out a number again after a year.
std::vector<Shipment> shipments_meant(const Context& context, const ParcelUpdate& news) {
  const auto number = number_in(news);
  auto shipments = storage::find_shipments_by_number(context.tx, context.shop_id(), number);
  prefer(shipments, [](const Shipment& s) { return !has_ended(s); });
  prefer(shipments, [&](const Shipment& s) { return s.carrier.empty() || news.carrier.empty() || s.carrier == news.carrier; });
  if (!shipments.empty()) return shipments;
  if (auto referred = referred_to(context, news.reference); referred && same_number(referred->tracking_no, news.tracking_no))
    shipments.push_back(std::move(*referred));
  return shipments;
}

struct Told {
  const Shipment& shipment;
  const storage::Order& order;
  std::string customer;
};

std::string words_about(std::string_view language, const char* key, const Told& told) {
  return say(language, key,
             {{"parcel", (told.shipment.carrier.empty() ? "" : carrier_name(told.shipment.carrier, language) + " ") + told.shipment.tracking_no},
              {"number", "#" + std::to_string(told.order.number)},
              {"name", told.customer},
              {"words", told.shipment.news.empty() ? "—" : shorten(told.shipment.news, kToldWordsCodePoints)}});
}

// First the seller: a task that stays, and a message in their chat. Never the customer.
void tell_seller(const Context& context, const Shipment& shipment, ParcelStage stage) {
  const auto order = require_order(context, shipment.order_id);
  const auto customer = storage::get_customer(context.tx, context.shop_id(), order.customer_id);
  const Told told{shipment, order, customer ? shorten(customer->name, kToldNameCodePoints) : ""};
  const std::string key = "parcel." + std::string(name_of(stage));
  TaskDraft task;
  task.text = words_about(context.shop.language, (key + "_task").c_str(), told);
  task.customer_id = order.customer_id;
  task.source_key = "parcel:" + std::to_string(shipment.shipment_id) + ":" + std::string(name_of(stage)) + ":" +
                    std::to_string(shipment.news_at_ms);
  if (!add_task(context, task)) return;
  tell_owners(context, [&](std::string_view language) { return words_about(language, key.c_str(), told); }, order.customer_id);
}

// Nothing is sent for what would have been due before now, and what is still to come is planned (handlers/reminders.h).
Context after_the_fact(const Context& context) {
  Context quiet = context;
  quiet.actor = {Actor::Kind::kImport, 0};
  return quiet;
}

bool is_old(const Context& context, const Shipment& shipment, const ParcelUpdate& news) {
  const auto old = [&](std::int64_t at_ms) { return at_ms != 0 && context.now_ms - at_ms > kOldNewsMs; };
  return old(news.at_ms) || (shipment.heard_at_ms == 0 && old(news.first_at_ms));
}

// The carrier and its words; true when anything of it is new. Carriers' clocks may be ahead of ours.
bool note_words(const Context& context, Shipment& shipment, const ParcelUpdate& news, std::int64_t at_ms) {
  const Shipment before = shipment;
  const std::string& carrier = news.new_carrier.empty() ? news.carrier : news.new_carrier;
  if (!carrier.empty() && (shipment.carrier.empty() || !news.new_carrier.empty())) shipment.carrier = carrier;
  if (shipment.heard_at_ms == 0) shipment.heard_at_ms = context.now_ms;
  if (at_ms >= shipment.news_at_ms) {
    shipment.news_at_ms = at_ms;
    if (!news.text.empty()) shipment.news = shorten(repair_utf8(news.text), kKeptWordsCodePoints);
  }
  if (shipment == before) return false;
  shipment.updated_at_ms = context.now_ms;
  return true;
}

void enter(const Context& context, Shipment& shipment, ParcelStage stage, std::int64_t at_ms, bool old) {
  if (!move_shipment(old ? after_the_fact(context) : context, shipment, stage, at_ms)) return;
  if (beside_the_way(stage)) tell_seller(context, shipment, stage);
}

void hear(const Context& context, Shipment& shipment, const ParcelUpdate& news) {
  const std::int64_t at_ms = news.at_ms == 0 ? context.now_ms : std::min(news.at_ms, context.now_ms);
  // Where only time tells the order of things, what happened earlier than the newest word changes nothing.
  const auto now = find_parcel_stage(shipment.state);
  const bool overtaken = at_ms < shipment.news_at_ms && (beside_the_way(news.stage) || (now && beside_the_way(*now)));
  const bool old = is_old(context, shipment, news);
  if (note_words(context, shipment, news, at_ms)) storage::update_shipment(context.tx, context.shop_id(), shipment);
  if (!overtaken) enter(context, shipment, news.stage, at_ms, old);
  if (news.stopped && !overtaken && !has_ended(shipment)) enter(context, shipment, ParcelStage::kStale, at_ms, old);
}

void keep(const Context& context, const ParcelUpdate& news) {
  storage::ParcelNews kept;
  kept.tracking_no = number_in(news);
  kept.carrier = news.new_carrier.empty() ? news.carrier : news.new_carrier;
  kept.stage = name_of(news.stage);
  kept.text = shorten(repair_utf8(news.text), kKeptWordsCodePoints);
  kept.at_ms = news.at_ms == 0 ? context.now_ms : news.at_ms;
  kept.first_at_ms = news.first_at_ms;
  kept.received_at_ms = context.now_ms;
  storage::forget_parcel_news(context.tx, context.shop_id(), context.now_ms - kKeepUnknownMs);
  storage::keep_parcel_news(context.tx, context.shop_id(), kept);
}

std::string answer_in(const Context& context, std::string_view language, const ParcelUpdate& news) {
  const std::string parcel = (news.carrier.empty() ? "" : carrier_name(news.carrier, language) + " ") + news.tracking_no;
  if (!news.refused.empty())
    return say(language, "parcel.asked_refused", {{"parcel", parcel}, {"why", shorten(repair_utf8(news.refused), kToldWordsCodePoints)}});
  const std::string words = shorten(repair_utf8(news.text), kKeptWordsCodePoints);
  return say(language, "parcel.asked",
             {{"parcel", parcel},
              {"stage", say(language, "seller.shipment." + std::string(name_of(news.stage)))},
              {"time", news.at_ms == 0 ? "" : format_date_time(news.at_ms, context.shop.time_zone, language, context.now_ms)},
              {"words", words.empty() ? say(language, "parcel.asked_nothing") : words}});
}

// In the chat that asked, while somebody of the shop still reads there.
void answer_question(const Context& context, const ParcelUpdate& news) {
  const auto contact = storage::get_contact(context.tx, context.shop_id(), news.asked_by);
  if (!contact) return;
  const auto reader = storage::find_sender(context.tx, context.shop_id(), contact->channel_id, contact->external_id);
  if (!reader || reader->staff_id == 0) return;
  DirectMessage message;
  message.customer_id = contact->customer_id;
  message.contact_id = contact->contact_id;
  message.channel_id = contact->channel_id;
  message.klass = "staff";
  message.content.text = answer_in(context, reader->staff_language.empty() ? context.shop.language : reader->staff_language, news);
  queue_message(context, message);
}

}  // namespace

void on_parcel_news(const Context& context, const ParcelUpdate& news) {
  if (news.tracking_no.empty()) return;
  if (news.asked_by != 0) answer_question(context, news);
  if (!news.refused.empty()) return;
  auto shipments = shipments_meant(context, news);
  if (shipments.empty()) return news.asked_by != 0 ? void() : keep(context, news);
  for (auto& shipment : shipments) hear(context, shipment, news);
}

void hear_kept_news(const Context& context, Shipment& shipment) {
  if (shipment.tracking_no.empty()) return;
  const auto kept = storage::take_parcel_news(context.tx, context.shop_id(), shipment.tracking_no);
  const auto stage = kept ? find_parcel_stage(kept->stage) : std::nullopt;
  if (!stage) return;
  ParcelUpdate news;
  news.carrier = kept->carrier;
  news.tracking_no = kept->tracking_no;
  news.stage = *stage;
  news.at_ms = kept->at_ms;
  news.first_at_ms = kept->first_at_ms;
  news.text = kept->text;
  hear(context, shipment, news);
}

}  // namespace laoke
