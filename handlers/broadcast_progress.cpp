#include "handlers/broadcast_progress.h"

#include <nlohmann/json.hpp>

#include "handlers/broadcasts.h"
#include "handlers/channel_limits.h"
#include "handlers/outbox.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "storage/shops.h"
#include "storage/staff.h"

namespace laoke {
namespace {

using nlohmann::json;

constexpr std::int64_t kEveryMs = 4'000;  // platforms allow about one edit a second in a chat

// Where the message stands, in broadcasts.progress; "" when nobody watches or the last word was said.
struct Watch {
  std::int64_t contact_id = 0, customer_id = 0, channel_id = 0;
  std::string delivery;   // key of the first message's ledger row
  std::string language;
  std::string shown;      // its text now
  std::int64_t shown_ms = 0;
};

std::string to_text(const Watch& watch) {
  return json{{"contact_id", watch.contact_id}, {"customer_id", watch.customer_id}, {"channel_id", watch.channel_id},
              {"delivery", watch.delivery},     {"language", watch.language},       {"shown", watch.shown},
              {"shown_ms", watch.shown_ms}}
      .dump();
}

std::optional<Watch> watch_of(const storage::Broadcast& broadcast) {
  const json in = json::parse(broadcast.progress, nullptr, false);
  if (!in.is_object()) return std::nullopt;
  return Watch{in.value("contact_id", std::int64_t{0}), in.value("customer_id", std::int64_t{0}),
               in.value("channel_id", std::int64_t{0}), in.value("delivery", ""),
               in.value("language", ""),                in.value("shown", ""),
               in.value("shown_ms", std::int64_t{0})};
}

bool over(const storage::Broadcast& broadcast) { return broadcast.state == "done" || broadcast.state == "cancelled"; }

storage::DeliveryKey say_progress(const Context& context, const Watch& watch, const std::string& text, const std::string& edit_of) {
  DirectMessage message;
  message.customer_id = watch.customer_id;
  message.contact_id = watch.contact_id;
  message.channel_id = watch.channel_id;
  message.klass = "staff";
  message.content.text = text;
  message.content.edit_of = edit_of;
  return queue_message(context, message);
}

// The platform's id of the message, once it is there.
std::string platform_id(const Context& context, const Watch& watch) {
  const auto key = storage::delivery_key_from(watch.delivery);
  const auto delivery = key ? storage::get_delivery(context.tx, context.shop_id(), *key) : std::nullopt;
  return delivery ? delivery->platform_message_id : "";
}

// Where a message cannot be changed only the last word is said, as a message of its own.
bool edits_there(const Context& context, const Watch& watch) {
  const auto channel = storage::get_channel(context.tx, context.shop_id(), watch.channel_id);
  return !channel || limits_of(*channel).edits;
}

void show(storage::Transaction& tx, storage::Broadcast& broadcast, std::int64_t now_ms) {
  const auto shop = storage::get_shop(tx, broadcast.shop_id);
  auto watch = watch_of(broadcast);
  if (!shop || !watch || (!over(broadcast) && now_ms - watch->shown_ms < kEveryMs)) return;
  const Context context{tx, *shop, now_ms};
  const auto status = broadcast_status(context, broadcast.broadcast_id, {});
  const auto text = progress_text(*status, watch->language, now_ms);
  const auto message = platform_id(context, *watch);
  if (message.empty() && !over(broadcast)) return;
  watch->shown_ms = now_ms;
  const bool edits = edits_there(context, *watch);
  if (text != watch->shown && (edits || over(broadcast))) {
    say_progress(context, *watch, text, edits ? message : "");
    watch->shown = text;
  }
  broadcast.progress = over(broadcast) ? "" : to_text(*watch);
  storage::update_broadcast(tx, broadcast);
}

}  // namespace

void watch_progress(const Context& context, storage::Broadcast& broadcast) {
  if (context.actor.kind != Actor::Kind::kStaff) return;
  Watch watch;
  std::int64_t heard_ms = -1;
  for (const auto& paired : storage::staff_contacts(context.tx, context.shop_id(), context.actor.staff_id)) {
    const auto contact = storage::get_contact(context.tx, context.shop_id(), paired.contact_id);
    if (!contact || contact->last_in_ms <= heard_ms) continue;
    heard_ms = contact->last_in_ms;
    watch.contact_id = contact->contact_id;
    watch.customer_id = contact->customer_id;
    watch.channel_id = contact->channel_id;
  }
  if (watch.contact_id == 0) return;
  const auto person = storage::get_staff(context.tx, context.shop_id(), context.actor.staff_id);
  watch.language = person && !person->language.empty() ? person->language : context.shop.language;
  const auto status = broadcast_status(context, broadcast.broadcast_id, {});
  watch.shown = progress_text(*status, watch.language, context.now_ms);
  watch.shown_ms = context.now_ms;
  watch.delivery = storage::to_text(say_progress(context, watch, watch.shown, ""));
  broadcast.progress = to_text(watch);
  storage::update_broadcast(context.tx, broadcast);
}

bool progress_due(storage::Transaction& tx, std::int64_t now_ms) {
  for (const auto& broadcast : storage::watched_broadcasts(tx)) {
    const auto watch = watch_of(broadcast);
    if (watch && (over(broadcast) || now_ms - watch->shown_ms >= kEveryMs)) return true;
  }
  return false;
}

void show_progress(storage::Transaction& tx, std::int64_t now_ms) {
  for (auto& broadcast : storage::watched_broadcasts(tx)) show(tx, broadcast, now_ms);
}

}  // namespace laoke
