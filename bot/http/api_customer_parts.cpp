// What hangs on a customer: tags, notes, phones, addresses, attributes, consent.
#include "bot/http/api_customer.h"
#include "handlers/attributes.h"
#include "handlers/consent.h"
#include "handlers/customers.h"
#include "handlers/tags.h"

namespace laoke::http::api {
namespace {

constexpr std::size_t kMostTagsAtOnce = 50;

Reply card(const Call& call, std::int64_t customer_id) {
  return {customer_card(call, customer_id)};
}

Reply add_customer_tags(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  Body body(call);
  const auto tags = body->texts("tags", kMostTagsAtOnce);
  if (tags.empty()) body->faults().add(body->at("tags"), {"api.need_list", {{"most", kMostTagsAtOnce}}});
  body.check();
  for (const auto& tag : tags) tag_customer(call.context, customer, tag);
  return card(call, customer);
}

Reply remove_customer_tag(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  untag_customer(call.context, customer, call.text("tag"));
  return nothing();
}

Reply add_note(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  Body body(call);
  const auto text = body->required_text("text", kMaxNoteCodePoints);
  body.check();
  const auto id = add_customer_note(call.context, customer, text);
  return created({{"id", id}, {"text", text}, {"staff_id", nullptr}, {"created_at_ms", call.context.now_ms}});
}

Reply remove_note(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  const auto wanted = call.id("note");
  for (const auto& note :
       storage::notes_of_customer(call.tx(), call.shop_id(), customer, std::numeric_limits<int>::max()))
    if (note.note_id == wanted) return storage::remove_note(call.tx(), call.shop_id(), wanted), nothing();
  absent(call);
}

Reply add_phone(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  Body body(call);
  const auto phone = body->required_text("phone", kMaxShortFieldCodePoints);
  body.check();
  add_customer_phone(call.context, customer, phone);
  return card(call, customer);
}

Reply remove_phone(const Call& call) {
  if (!remove_customer_phone(call.context, customer_in(call).customer_id, call.text("phone"))) absent(call);
  return nothing();
}

Reply add_address(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  Body body(call);
  AddressInput input;
  input.line = body->required_text("line", kMaxAddressCodePoints);
  input.recipient = body->text("recipient");
  input.phone = body->text("phone");
  input.region = body->text("region");
  input.city = body->text("city");
  input.postcode = body->text("postcode");
  input.country = body->text("country");
  input.make_default = body->flag("is_default").value_or(true);
  body.check();
  const auto change = add_customer_address(call.context, customer, input);
  const auto address = storage::get_address(call.tx(), call.shop_id(), change.address_id);
  return {json_of(address.value()), change.changed ? 201 : 200};
}

Reply remove_address(const Call& call) {
  if (!remove_customer_address(call.context, customer_in(call).customer_id, call.id("address"))) absent(call);
  return nothing();
}

// Numbers and yes/no may come as such: they are what a person would have typed.
Reply set_attribute(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  Body body(call);
  const json* value = body->value("value");
  std::string typed;
  if (value == nullptr)
    body->faults().add(body->at("value"), {"api.missing"});
  else if (value->is_boolean())
    typed = value->get<bool>() ? "yes" : "no";
  else if (value->is_number())
    typed = value->dump();
  else
    typed = body->text("value");
  body.check();
  set_customer_attribute(call.context, customer, call.text("name"), typed);
  return card(call, customer);
}

Reply remove_attribute(const Call& call) {
  if (!set_customer_attribute(call.context, customer_in(call).customer_id, call.text("name"), "")) absent(call);
  return nothing();
}

Reply set_consent(const Call& call) {
  const auto customer = customer_in(call).customer_id;
  Body body(call);
  const auto granted = body->flag("granted");
  if (!granted && !body->has("granted")) body->faults().add(body->at("granted"), {"api.missing"});
  const auto evidence = body->required_text("evidence");
  body.check();
  if (granted.value_or(false))
    opt_in(call.context, customer, evidence);
  else
    opt_out(call.context, customer, evidence);
  return card(call, customer);
}

}  // namespace

void add_customer_parts(const Api& api) {
  api.post("/customers/{id}/tags", Role::kOperator, add_customer_tags);
  api.change("DELETE", "/customers/{id}/tags/{tag...}", Role::kOperator, remove_customer_tag);
  api.post("/customers/{id}/notes", Role::kOperator, add_note);
  api.change("DELETE", "/customers/{id}/notes/{note}", Role::kOperator, remove_note);
  api.post("/customers/{id}/phones", Role::kOperator, add_phone);
  api.change("DELETE", "/customers/{id}/phones/{phone}", Role::kOperator, remove_phone);
  api.post("/customers/{id}/addresses", Role::kOperator, add_address);
  api.change("DELETE", "/customers/{id}/addresses/{address}", Role::kOperator, remove_address);
  api.change("PUT", "/customers/{id}/attributes/{name}", Role::kOperator, set_attribute);
  api.change("DELETE", "/customers/{id}/attributes/{name}", Role::kOperator, remove_attribute);
  api.post("/customers/{id}/consent", Role::kOperator, set_consent);
}

}  // namespace laoke::http::api
