// Customers: list, search, create, card, change.
#include "bot/http/api_customer.h"
#include "handlers/attributes.h"
#include "handlers/customers.h"
#include "handlers/segments.h"
#include "storage/attributes.h"
#include "storage/consents.h"
#include "storage/phones.h"
#include "storage/segment_sql.h"

namespace laoke::http::api {
namespace {

constexpr int kCardNotes = 20;

void add_facts(const Call& call, json& shown, std::int64_t customer_id) {
  const auto facts = storage::get_facts(call.tx(), call.shop_id(), customer_id).value_or(storage::CustomerFacts{});
  shown.update({{"stage", facts.stage},
                {"grade", facts.grade},
                {"opted_out", facts.opted_out},
                {"order_count", facts.order_count},
                {"spent_minor", facts.spent_minor},
                {"currency", call.context.shop.currency},
                {"first_order_ms", or_null(facts.first_order_ms)},
                {"last_order_ms", or_null(facts.last_order_ms)},
                {"last_in_ms", or_null(facts.last_in_ms)},
                {"last_out_ms", or_null(facts.last_out_ms)},
                {"owner_id", or_null(facts.owner_id)}});
}

json attribute_json(const storage::Attribute& attribute, const Call& call) {
  return {{"name", attribute.name},
          {"kind", attribute.kind},
          {"value", attribute.text_value},
          {"shown", shown_attribute(attribute, call.language)}};
}

std::vector<storage::Customer> load(const Call& call, const std::vector<std::int64_t>& ids) {
  std::vector<storage::Customer> customers;
  for (const auto id : ids)
    if (auto customer = storage::get_customer(call.tx(), call.shop_id(), id)) customers.push_back(std::move(*customer));
  return customers;
}

// The audience is worked out anew for every page, so a page tells the truth of its own moment.
std::vector<storage::Customer> of_segment(const Call& call, const std::string& query) {
  const auto segment = shop_segment(call.context, query);
  const auto ids = storage::audience_ids(call.tx(), call.context.shop, segment, call.context.now_ms);
  const auto from = std::upper_bound(ids.begin(), ids.end(), call.cursor());
  const auto count = std::min<std::ptrdiff_t>(ids.end() - from, call.limit() + 1);
  return load(call, {from, from + count});
}

std::vector<storage::Customer> found(const Call& call, const std::string& typed) {
  std::vector<std::int64_t> ids;
  for (const auto& hit : search_customers(call.context, typed, call.limit())) ids.push_back(hit.customer_id);
  return load(call, ids);
}

Reply list_of_customers(const Call& call) {
  const auto query = call.argument("query"), search = call.argument("search");
  if (!query.empty() && !search.empty())
    throw Problem(400, say(call.language, "api.choose_one", {{"allowed", "query, search"}}));
  const auto line = [&](const auto& customer) { return customer_line(call, customer); };
  const auto id = [](const auto& customer) { return customer.customer_id; };
  if (!search.empty()) return {whole(found(call, search), line)};
  if (!query.empty()) return {page(call, of_segment(call, query), line, id)};
  return {page(call, storage::list_customers(call.tx(), call.shop_id(), call.cursor(), call.limit() + 1), line, id)};
}

Reply create_customer(const Call& call) {
  Body body(call);
  NewCustomer wanted;
  wanted.name = body->required_text("name");
  wanted.phone = body->text("phone");
  wanted.email = body->text("email");
  wanted.birthday = body->text("birthday");
  wanted.language = body->text("language");
  wanted.time_zone = body->text("time_zone");
  wanted.source = body->text("source");
  wanted.external_id = body->text("external_id");
  wanted.stage = body->text("stage");
  wanted.grade = body->text("grade");
  wanted.referrer_id = body->integer("referrer_id", 1);
  body.check();
  return created(customer_card(call, create_customer(call.context, wanted)));
}

Reply change_customer(const Call& call) {
  const auto customer_id = customer_in(call).customer_id;
  Body body(call);
  constexpr std::pair<const char*, CustomerField> kFields[] = {{"name", CustomerField::kName},
                                                               {"email", CustomerField::kEmail},
                                                               {"language", CustomerField::kLanguage},
                                                               {"time_zone", CustomerField::kTimeZone},
                                                               {"birthday", CustomerField::kBirthday},
                                                               {"source", CustomerField::kSource},
                                                               {"external_id", CustomerField::kExternalId},
                                                               {"stage", CustomerField::kStage},
                                                               {"grade", CustomerField::kGrade}};
  std::vector<std::pair<CustomerField, std::string>> wanted;
  for (const auto& [name, field] : kFields)
    if (auto value = body->maybe_text(name)) wanted.emplace_back(field, std::move(*value));
  const bool owner = body->has("owner_id");
  const auto owner_id = body->integer("owner_id", 1);
  body.check();
  for (const auto& [field, value] : wanted) set_customer_field(call.context, customer_id, field, value);
  if (owner) set_customer_owner(call.context, customer_id, owner_id);
  return {customer_card(call, customer_id)};
}

}  // namespace

json json_of(const storage::Contact& contact) {
  return {{"id", contact.contact_id},
          {"channel_id", contact.channel_id},
          {"external_id", contact.external_id},
          {"customer_id", contact.customer_id},
          {"state", contact.state},
          {"display_name", contact.display_name},
          {"username", contact.username},
          {"language", contact.language},
          {"window_until_ms", contact.window_until_ms},
          {"replies_left", contact.replies_left},
          {"first_seen_ms", contact.first_seen_ms},
          {"last_in_ms", contact.last_in_ms},
          {"last_out_ms", contact.last_out_ms}};
}

json json_of(const storage::Tag& tag) {
  return {{"id", tag.tag_id},
          {"name", tag.name},
          {"group", tag.group},
          {"customer_count", tag.customer_count},
          {"created_at_ms", tag.created_at_ms}};
}

json json_of(const storage::Note& note) {
  return {{"id", note.note_id},
          {"text", note.text},
          {"staff_id", or_null(note.staff_id)},
          {"created_at_ms", note.created_at_ms}};
}

json json_of(const storage::Address& address) {
  return {{"id", address.address_id},
          {"recipient", address.recipient},
          {"phone", address.phone},
          {"region", address.region},
          {"city", address.city},
          {"line", address.line},
          {"postcode", address.postcode},
          {"country", address.country},
          {"is_default", address.is_default},
          {"created_at_ms", address.created_at_ms}};
}

json customer_line(const Call& call, const storage::Customer& customer) {
  json shown = {{"id", customer.customer_id},
                {"name", customer.name},
                {"email", customer.email},
                {"language", customer.language},
                {"time_zone", customer.time_zone},
                {"birthday", customer.birthday},
                {"source", customer.source},
                {"external_id", customer.external_id},
                {"referrer_id", or_null(customer.referrer_id)},
                {"merged_into", or_null(customer.merged_into)},
                {"created_at_ms", customer.created_at_ms},
                {"updated_at_ms", customer.updated_at_ms}};
  add_facts(call, shown, customer.customer_id);
  return shown;
}

json customer_card(const Call& call, std::int64_t customer_id) {
  auto& tx = call.tx();
  const auto shop_id = call.shop_id();
  const auto customer = storage::get_customer(tx, shop_id, customer_id);
  if (!customer) absent(call);
  json card = customer_line(call, *customer);
  for (const char* list : {"contacts", "phones", "addresses", "tags", "attributes", "consents", "notes"})
    card[list] = json::array();
  for (const auto& contact : storage::contacts_of_customer(tx, shop_id, customer_id))
    card["contacts"].push_back(json_of(contact));
  for (const auto& phone : storage::phones_of_customer(tx, shop_id, customer_id))
    card["phones"].push_back(
        {{"phone", phone.phone}, {"source", phone.source}, {"created_at_ms", phone.created_at_ms}});
  for (const auto& address : storage::addresses_of_customer(tx, shop_id, customer_id))
    card["addresses"].push_back(json_of(address));
  for (const auto& tag : storage::tags_of_customer(tx, shop_id, customer_id))
    card["tags"].push_back({{"id", tag.tag_id}, {"name", tag.name}, {"group", tag.group}});
  for (const auto& attribute : storage::attributes_of_customer(tx, shop_id, customer_id))
    card["attributes"].push_back(attribute_json(attribute, call));
  for (const auto& consent : storage::consents_of_customer(tx, shop_id, customer_id))
    card["consents"].push_back({{"at_ms", consent.at_ms},
                                {"kind", consent.kind},
                                {"granted", consent.granted},
                                {"source", consent.source},
                                {"evidence", consent.evidence}});
  for (const auto& note : storage::notes_of_customer(tx, shop_id, customer_id, kCardNotes))
    card["notes"].push_back(json_of(note));
  return card;
}

storage::Customer customer_in(const Call& call, const char* name) {
  const auto customer = storage::get_customer(call.tx(), call.shop_id(), call.id(name));
  if (!customer) absent(call);
  if (customer->merged_into)
    throw Problem(404,
                  say(call.language, "api.merged",
                      {{"id", storage::living_customer(call.tx(), call.shop_id(), customer->customer_id)}}),
                  {}, "customer.merged");
  return *customer;
}

void add_customers(const Api& api) {
  api.list("/customers", {"query", "search"}, list_of_customers);
  api.post("/customers", Role::kOperator, create_customer);
  api.get("/customers/{id}", {},
          [](const Call& call) { return Reply{customer_card(call, customer_in(call).customer_id)}; });
  api.change("PATCH", "/customers/{id}", Role::kOperator, change_customer);
}

}  // namespace laoke::http::api
