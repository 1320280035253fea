#include "handlers/merge.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "handlers/actor.h"
#include "handlers/consent.h"
#include "handlers/happened.h"
#include "handlers/merge_messages.h"
#include "handlers/merge_record.h"
#include "handlers/orders.h"
#include "handlers/stages.h"
#include "handlers/wording.h"
#include "storage/attributes.h"
#include "storage/consents.h"
#include "storage/contacts.h"
#include "storage/merges.h"
#include "storage/phones.h"
#include "storage/tags.h"

namespace laoke {
namespace {

using nlohmann::json;
using storage::Belonging;
using storage::Customer;
using storage::CustomerFacts;

struct Side {
  Customer customer;
  CustomerFacts facts;
};

// The name in the record and the kind; contacts and orders come first because messages and purchases follow them.
constexpr std::pair<const char*, Belonging> kBelongings[] = {
    {"contacts", Belonging::kContacts}, {"orders", Belonging::kOrders}, {"addresses", Belonging::kAddresses},
    {"notes", Belonging::kNotes},       {"events", Belonging::kEvents}, {"tasks", Belonging::kTasks},
};

Side side_of(const Context& context, std::int64_t customer_id) {
  const auto customer = storage::get_customer(context.tx, context.shop_id(), customer_id);
  const auto facts = storage::get_facts(context.tx, context.shop_id(), customer_id);
  if (!customer || !facts) throw refusal({"customer.unknown", {{"id", customer_id}}});
  if (facts->standing == storage::kStandingStaff) throw refusal({"merge.staff"});
  if (facts->standing == storage::kStandingMerged) throw refusal({"merge.merged_already"});
  return {*customer, *facts};
}

// Moves between two customers of one shop and writes down, or reads, what moved.
class Mover {
 public:
  Mover(const Context& context, std::int64_t from, std::int64_t to)
      : tx_(context.tx), shop_(context.shop_id()), from_(from), to_(to) {}

  json move_everything(std::int64_t now_ms) {
    json moved;
    for (const auto& [name, what] : kBelongings) moved[name] = storage::move_all(tx_, shop_, what, from_, to_);
    follow(moved);
    for (const auto& phone : storage::phones_of_customer(tx_, shop_, from_))
      if (storage::move_phone(tx_, shop_, phone.phone, from_, to_)) moved["phones"].push_back(phone.phone);
    for (const auto& attribute : storage::attributes_of_customer(tx_, shop_, from_))
      if (storage::move_attribute(tx_, shop_, attribute.name, from_, to_))
        moved["attributes"].push_back(attribute.name);
    for (const auto& consent : storage::consents_of_customer(tx_, shop_, from_))
      if (storage::move_consent(tx_, shop_, consent.at_ms, from_, to_)) moved["consents"].push_back(consent.at_ms);
    for (const auto& sent : storage::marketing_sent_of(tx_, shop_, from_))
      if (storage::move_marketing_sent(tx_, shop_, sent.at_ms, sent.source, sent.source_id, from_, to_))
        moved["marketing_sent"].push_back({sent.at_ms, sent.source, sent.source_id});
    moved["tags"] = move_tags(now_ms);
    return moved;
  }

  // The record of a move in the other direction: only what it names goes.
  void move_recorded(const json& moved, std::int64_t now_ms) {
    for (const auto& [name, what] : kBelongings)
      for (const std::int64_t id : moved.at(name)) storage::move_one(tx_, shop_, what, id, from_, to_);
    follow(moved);
    for (const auto& phone : moved.value("phones", json::array()))
      storage::move_phone(tx_, shop_, phone.get<std::string>(), from_, to_);
    for (const auto& name : moved.value("attributes", json::array()))
      storage::move_attribute(tx_, shop_, name.get<std::string>(), from_, to_);
    for (const std::int64_t at_ms : moved.value("consents", json::array()))
      storage::move_consent(tx_, shop_, at_ms, from_, to_);
    for (const auto& sent : moved.value("marketing_sent", json::array()))
      storage::move_marketing_sent(tx_, shop_, sent[0], sent[1].get<std::string>(), sent[2], from_, to_);
    return_tags(moved.at("tags"), now_ms);
  }

 private:
  void follow(const json& moved) {
    for (const std::int64_t contact : moved.at("contacts"))
      storage::move_messages_of_contact(tx_, shop_, contact, from_, to_);
    for (const std::int64_t order : moved.at("orders")) storage::move_purchases_of_order(tx_, shop_, order, from_, to_);
  }

  // [tag, whether the other customer got it by this]
  json move_tags(std::int64_t now_ms) {
    json tags = json::array();
    for (const auto& tag : storage::tags_of_customer(tx_, shop_, from_)) {
      storage::remove_tag(tx_, shop_, tag.tag_id, from_);
      tags.push_back({tag.tag_id, storage::add_tag(tx_, shop_, tag.tag_id, to_, now_ms)});
    }
    return tags;
  }

  void return_tags(const json& tags, std::int64_t now_ms) {
    for (const auto& entry : tags) {
      const std::int64_t tag = entry[0];
      if (!storage::get_tag(tx_, shop_, tag)) continue;  // deleted since
      if (entry[1].get<bool>()) storage::remove_tag(tx_, shop_, tag, from_);
      storage::add_tag(tx_, shop_, tag, to_, now_ms);
    }
  }

  storage::Transaction& tx_;
  std::int64_t shop_, from_, to_;
};

constexpr std::string Customer::*kFilled[] = {&Customer::email,    &Customer::language, &Customer::time_zone,
                                              &Customer::birthday, &Customer::source,   &Customer::external_id};

Customer filled(Customer kept, const Customer& merged, std::int64_t now_ms) {
  for (const auto field : kFilled)
    if ((kept.*field).empty()) kept.*field = merged.*field;
  if (!kept.referrer_id && merged.referrer_id != kept.customer_id) kept.referrer_id = merged.referrer_id;
  kept.updated_at_ms = now_ms;
  return kept;
}

// What both were, once the orders of both are the kept one's.
CustomerFacts together(const Context& context, CustomerFacts kept, const CustomerFacts& merged) {
  kept.opted_out = kept.opted_out || merged.opted_out;
  kept.created_at_ms = std::min(kept.created_at_ms, merged.created_at_ms);
  kept.last_in_ms = std::max(kept.last_in_ms, merged.last_in_ms);
  kept.last_out_ms = std::max(kept.last_out_ms, merged.last_out_ms);
  const auto paid = storage::paid_orders_of(context.tx, context.shop_id(), kept.customer_id);
  kept.stage = stage_together(kept.stage, merged.stage, paid, context.shop.language);
  if (kept.grade.empty()) kept.grade = merged.grade;
  if (!kept.owner_id) kept.owner_id = merged.owner_id;
  return kept;
}

// An external id is unique in the shop: it goes with the kept one, or stays and leads to it.
void hide_merged(const Context& context, Side merged, const Customer& kept) {
  merged.customer.merged_into = kept.customer_id;
  merged.customer.search_key.clear();
  if (kept.external_id.empty()) merged.customer.external_id.clear();
  storage::update_customer(context.tx, context.shop_id(), merged.customer);
  merged.facts.standing = storage::kStandingMerged;
  storage::put_facts(context.tx, context.shop_id(), merged.facts);
  recount_orders(context, merged.customer.customer_id);
}

void write_kept(const Context& context, const Customer& customer, CustomerFacts facts) {
  storage::update_customer(context.tx, context.shop_id(), customer);
  facts.birthday_md = storage::month_day_of(customer.birthday);
  storage::put_facts(context.tx, context.shop_id(), facts);
  recount_orders(context, customer.customer_id);
}

// A field that still is what the merge made of it goes back to what it was; one changed since stays.
template <class T>
void take_back(T& now, const T& made, const T& before) {
  if (now == made) now = before;
}

void restore_kept(const Context& context, const Side& before, const Side& made) {
  Side now{*storage::get_customer(context.tx, context.shop_id(), before.customer.customer_id),
           *storage::get_facts(context.tx, context.shop_id(), before.customer.customer_id)};
  for (const auto field : kFilled) take_back(now.customer.*field, made.customer.*field, before.customer.*field);
  take_back(now.customer.referrer_id, made.customer.referrer_id, before.customer.referrer_id);
  take_back(now.customer.updated_at_ms, made.customer.updated_at_ms, before.customer.updated_at_ms);
  take_back(now.facts.opted_out, made.facts.opted_out, before.facts.opted_out);
  take_back(now.facts.created_at_ms, made.facts.created_at_ms, before.facts.created_at_ms);
  take_back(now.facts.last_in_ms, made.facts.last_in_ms, before.facts.last_in_ms);
  take_back(now.facts.last_out_ms, made.facts.last_out_ms, before.facts.last_out_ms);
  take_back(now.facts.stage, made.facts.stage, before.facts.stage);
  take_back(now.facts.grade, made.facts.grade, before.facts.grade);
  take_back(now.facts.owner_id, made.facts.owner_id, before.facts.owner_id);
  write_kept(context, now.customer, now.facts);
}

// The last word on marketing since the merge, when it is a no. Nobody can tell which of the two it came from: it holds
// for both.
std::optional<storage::Consent> left_since(const Context& context, const storage::Merge& merge, const json& moved_consents) {
  const auto words = storage::consents_of_customer(context.tx, context.shop_id(), merge.kept_id);
  if (words.empty() || words.front().granted || words.front().at_ms < merge.at_ms) return std::nullopt;
  const bool came_with_it = std::find(moved_consents.begin(), moved_consents.end(), json(words.front().at_ms)) != moved_consents.end();
  return came_with_it ? std::nullopt : std::optional(words.front());
}

}  // namespace

std::int64_t merge_customers(const Context& context, std::int64_t kept_id, std::int64_t merged_id) {
  if (kept_id == merged_id) throw refusal({"merge.same"});
  const Side kept = side_of(context, kept_id), merged = side_of(context, merged_id);
  json record = Mover(context, merged_id, kept_id).move_everything(context.now_ms);
  const Side made{filled(kept.customer, merged.customer, context.now_ms), together(context, kept.facts, merged.facts)};
  hide_merged(context, merged, kept.customer);
  write_kept(context, made.customer, made.facts);
  carry_waiting_messages(context, merged_id, kept_id);
  record["kept"] = {{"customer", to_json(kept.customer)}, {"facts", to_json(kept.facts)}};
  record["made"] = {{"customer", to_json(made.customer)}, {"facts", to_json(made.facts)}};
  record["merged"] = {{"customer", to_json(merged.customer)}, {"facts", to_json(merged.facts)}};
  storage::set_suggestion_state(context.tx, context.shop_id(), kept_id, merged_id, "merged");
  const std::int64_t merge_id =
      storage::insert_merge(context.tx, context.shop_id(),
                            {0, kept_id, merged_id, record.dump(), staff_of(context.actor), context.now_ms, {}});
  happened(context, {"customer.merged",
                     kept_id,
                     {{"merge_id", merge_id}, {"merged_id", merged_id}, {"name", merged.customer.name}},
                     "",
                     0});
  return merge_id;
}

void undo_merge(const Context& context, std::int64_t merge_id) {
  const auto merge = storage::get_merge(context.tx, context.shop_id(), merge_id);
  if (!merge) throw refusal({"merge.unknown"});
  if (merge->undone_at_ms) throw refusal({"merge.undone_already"});
  if (storage::has_later_merge(context.tx, context.shop_id(), merge_id, merge->kept_id, merge->merged_id))
    throw refusal({"merge.later_first"});
  const json record = json::parse(merge->moved);
  const auto side = [&](const char* name) {
    return Side{customer_from_json(record.at(name).at("customer")), facts_from_json(record.at(name).at("facts"))};
  };
  const Side merged = side("merged");
  const auto left = left_since(context, *merge, record.value("consents", json::array()));
  restore_kept(context, side("kept"), side("made"));  // first: it gives the external id free
  storage::update_customer(context.tx, context.shop_id(), merged.customer);
  storage::put_facts(context.tx, context.shop_id(), merged.facts);
  Mover(context, merge->kept_id, merge->merged_id).move_recorded(record, context.now_ms);
  for (const auto& contact : storage::contacts_of_customer(context.tx, context.shop_id(), merge->merged_id))
    if (contact.last_in_ms > 0)
      storage::set_last_in(context.tx, context.shop_id(), merge->merged_id, contact.last_in_ms);
  for (const std::int64_t id : {merge->kept_id, merge->merged_id}) {
    recount_orders(context, id);
    if (left) opt_out(context, id, left->evidence);
  }
  carry_waiting_messages(context, merge->kept_id, merge->merged_id);
  storage::set_suggestion_state(context.tx, context.shop_id(), merge->kept_id, merge->merged_id, "dismissed");
  storage::mark_merge_undone(context.tx, context.shop_id(), merge_id, context.now_ms);
  happened(context, {"customer.updated", merge->kept_id, {{"field", "merge_undone"}, {"merge_id", merge_id}}, "", 0});
}

}  // namespace laoke
