#include "handlers/seller/undo.h"

#include <set>

#include "handlers/attributes.h"
#include "handlers/broadcasts.h"
#include "handlers/consent.h"
#include "handlers/customer_removal.h"
#include "handlers/customers.h"
#include "handlers/merge.h"
#include "handlers/orders.h"
#include "handlers/products.h"
#include "handlers/rules.h"
#include "handlers/seller/handlers.h"
#include "handlers/segments.h"
#include "handlers/shipments.h"
#include "handlers/tags.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/notes.h"
#include "storage/shipments.h"
#include "storage/staff.h"
#include "storage/undo_log.h"

namespace laoke::seller {
namespace {

using nlohmann::json;

std::int64_t id_in(const json& action, const char* name) { return action.at(name).get<std::int64_t>(); }

std::optional<std::int64_t> integer_or_none(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<std::int64_t>());
}

void undo_tags(Chat& chat, const json& action) {
  for (const auto& name : action.at("added")) untag_customer(chat.context(), id_in(action, "customer"), name.get<std::string>());
  for (const auto& name : action.at("removed")) tag_customer(chat.context(), id_in(action, "customer"), name.get<std::string>());
}

void undo_note(Chat& chat, const json& action) { storage::remove_note(chat.tx(), chat.shop_id(), id_in(action, "note")); }

void set_on_its_way(Chat& chat, std::int64_t order_id, const json& was) {
  auto shipment = storage::get_shipment(chat.tx(), chat.shop_id(), order_id, id_in(was, "id"));
  if (!shipment) return;
  shipment->state = was.at("state").get<std::string>();
  was.at("reached").get_to(shipment->reached);
  shipment->delivered_at_ms.reset();
  shipment->updated_at_ms = chat.now_ms();
  storage::update_shipment(chat.tx(), chat.shop_id(), *shipment);
}

void undo_order(Chat& chat, const json& action) {
  const auto change = order_change_from(action.at("change"));
  undo_order_change(chat.context(), change);
  for (const auto& parcel : action.value("parcels", json::array())) set_on_its_way(chat, change.order_id, parcel);
  if (!action.contains("made_customer")) return;
  const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), id_in(action, "made_customer"));
  if (customer && remove_with_order(chat.context(), customer->customer_id, change.order_id))
    chat.tell({"seller.undo.customer", {{"name", shorten(customer->name, 40)}}});
}

void undo_ship(Chat& chat, const json& action) { undo_shipment(chat.context(), shipment_change_from(action.at("change"))); }

void undo_phone(Chat& chat, const json& action) {
  remove_customer_phone(chat.context(), id_in(action, "customer"), action.at("phone").get<std::string>());
}

void undo_address(Chat& chat, const json& action) {
  remove_customer_address(chat.context(), id_in(action, "customer"), id_in(action, "address"));
}

// An attribute, as it was: "" when there was none.
void undo_attribute(Chat& chat, const json& action) {
  set_customer_attribute(chat.context(), id_in(action, "customer"), action.at("name").get<std::string>(),
                         action.at("was").get<std::string>());
}

void undo_consent(Chat& chat, const json& action) {
  const auto customer = id_in(action, "customer");
  const bool out = action.at("out").get<bool>();
  if (out && left_by(chat.context(), customer, "customer")) throw refusal({"seller.undo.own_word"});
  if (out) {
    opt_in(chat.context(), customer, "undo");
    if (!action.value("had_agreed", true)) take_consent_back(chat.context(), customer, "undo");  // not to have left is no agreement
  } else if (action.value("was_out", true)) {
    opt_out(chat.context(), customer, "undo");
  } else {
    take_consent_back(chat.context(), customer, "undo");
  }
}

void undo_merged(Chat& chat, const json& action) { undo_merge(chat.context(), id_in(action, "merge")); }

void undo_segment(Chat& chat, const json& action) {
  const auto name = action.at("name").get<std::string>();
  if (action.at("was").is_null())
    remove_segment(chat.context(), name);
  else
    save_segment(chat.context(), name, action.at("was").get<std::string>());
}

void undo_task(Chat& chat, const json& action) { cancel_task(chat.context(), id_in(action, "task")); }

void undo_finished_task(Chat& chat, const json& action) { reopen_task(chat.context(), id_in(action, "task")); }

void undo_rule(Chat& chat, const json& action) {
  switch_rule(chat.context(), id_in(action, "rule"), action.at("was").get<bool>());
}

void undo_field(Chat& chat, const json& action) {
  const auto field = customer_field_called(action.at("field").get<std::string>());
  if (!field) throw std::logic_error("undo: unknown field");
  set_customer_field(chat.context(), id_in(action, "customer"), *field, action.at("was").get<std::string>());
}

void undo_owner(Chat& chat, const json& action) {
  const auto& was = action.at("was");
  set_customer_owner(chat.context(), id_in(action, "customer"), integer_or_none(was));
}

void undo_product(Chat& chat, const json& action) {
  auto product = storage::get_product(chat.tx(), chat.shop_id(), id_in(action, "product"));
  if (!product) return;
  const auto& was = action.at("was");
  product->active = !was.is_null() && was.at("active").get<bool>();
  if (!was.is_null()) {
    product->price_minor = integer_or_none(was.at("price"));
    product->currency = was.at("currency").get<std::string>();
    product->usage_days = integer_or_none(was.at("days"));
  }
  save_product(chat.context(), *product);
}

void undo_broadcast(Chat& chat, const json& action) { cancel_broadcast(chat.context(), id_in(action, "broadcast")); }

struct Inverse {
  std::string_view name;
  void (*run)(Chat&, const json&);
};
constexpr Inverse kInverses[] = {
    {"tags", undo_tags},         {"note", undo_note},           {"order", undo_order},     {"shipment", undo_ship},
    {"phone", undo_phone},       {"address", undo_address}, {"attribute", undo_attribute},
    {"field", undo_field},       {"owner", undo_owner},         {"consent", undo_consent}, {"product", undo_product}, {"broadcast", undo_broadcast},   {"merge", undo_merged},        {"segment", undo_segment}, {"task", undo_task},
    {"task_done", undo_finished_task}, {"rule", undo_rule},
};

Phrase phrase_from(const json& in) {
  Phrase phrase{in.at("key").get<std::string>(), {}};
  for (const auto& value : in.at("values"))
    phrase.values.push_back({value.at(0).get<std::string>(), value.at(1).get<std::string>()});
  return phrase;
}

// An entry of an older program may use words that are gone.
std::string what_it_was(const Chat& chat, const json& action) {
  try {
    return chat.words(phrase_from(action.at("told")));
  } catch (const std::exception&) {
    return action.at("do").get<std::string>();
  }
}

// Where a change of an order's state stands in an action; null when it has none.
json* move_in(json& action) {
  const auto change = action.find("change");
  if (change == action.end()) return nullptr;
  if (change->contains("order_move")) return &change->at("order_move");
  return change->contains("version") ? &*change : nullptr;
}

// The version of an order that stands where `version` stood, once the changes in `undone` were taken back: each that
// followed it and went made one version more.
std::int64_t version_after(std::int64_t version, const std::set<std::int64_t>& undone) {
  std::int64_t now = version;
  while (undone.contains(now + 1)) now = version_after(now + 1, undone) + 1;
  return now;
}

// Paid, shipped, undo, undo: taking the parcel back was a change of the order too, and must not stand in the way of
// taking back the payment.
void follow_what_went(const Chat& chat, const storage::UndoEntry& entry, json& action) {
  json* mine = move_in(action);
  if (mine == nullptr) return;
  std::set<std::int64_t> undone;
  for (const auto& later : storage::undone_after(chat.tx(), chat.shop_id(), chat.staff_id(), entry.undo_id)) {
    json other = json::parse(later.action);
    const json* move = move_in(other);
    if (move != nullptr && move->at("order_id") == mine->at("order_id")) undone.insert(id_in(*move, "version"));
  }
  mine->at("version") = version_after(id_in(*mine, "version"), undone);
}

}  // namespace

void remember(Chat& chat, json action, const Phrase& told) {
  json values = json::array();
  for (const auto& value : told.values) values.push_back({value.name, value.text});
  action["told"] = {{"key", told.key}, {"values", std::move(values)}};
  storage::insert_undo(chat.tx(), chat.shop_id(), chat.staff_id(), chat.now_ms(), action.dump());
}

void done(Chat& chat, json action, const Phrase& told) {
  remember(chat, std::move(action), told);
  chat.tell(told);
}

void remember_task(Chat& chat, const storage::Task& task) {
  remember(chat, {{"do", "task"}, {"task", task.task_id}}, {"seller.task.added",
           {{"text", shorten(task.text, 60)}, {"time", chat.date_time(task.due_at_ms)}, {"number", task.task_id}}});
}

void run_undo(Chat& chat, std::string_view) {
  const auto entry = storage::last_undo(chat.tx(), chat.shop_id(), chat.staff_id());
  if (!entry) return chat.tell({"seller.undo.nothing"});
  json action = json::parse(entry->action);
  follow_what_went(chat, *entry, action);
  const auto inverse = std::ranges::find(kInverses, action.at("do").get<std::string>(), &Inverse::name);
  if (inverse == std::end(kInverses)) throw std::logic_error("undo: no inverse for this change");
  inverse->run(chat, action);
  storage::mark_undone(chat.tx(), chat.shop_id(), entry->undo_id, chat.now_ms());
  chat.tell({"seller.undo.done", {{"what", what_it_was(chat, action)}, {"time", chat.date_time(entry->at_ms)}}});
}

}  // namespace laoke::seller
