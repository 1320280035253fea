#include "handlers/customers.h"

#include "handlers/actor.h"
#include "handlers/customer_fields.h"
#include "handlers/happened.h"
#include "handlers/names.h"
#include "handlers/phone_numbers.h"
#include "handlers/regions.h"
#include "handlers/stages.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/merges.h"
#include "storage/notes.h"
#include "storage/phones.h"
#include "storage/staff.h"

namespace laoke {
namespace {

void updated(const Context& context, std::int64_t customer_id, nlohmann::json data) {
  happened(context, {"customer.updated", customer_id, std::move(data), "", 0});
}

storage::Customer existing(const Context& context, std::int64_t customer_id) {
  auto customer = storage::get_customer(context.tx, context.shop_id(), customer_id);
  if (!customer || customer->merged_into) throw refusal({"customer.unknown", {{"id", customer_id}}});
  return std::move(*customer);
}

std::string checked_phone(const Context& context, std::string_view typed) {
  const auto phone = phone_from(typed, context.shop.country);
  if (!phone) throw Refusal("phone", phone.error().zh, phone.error().en);
  return *phone;
}

std::string checked_text(std::string_view typed, std::size_t allowed, const char* too_long) {
  std::string text = repair_utf8(trim(typed));
  if (length_code_points(text) > allowed) throw refusal({too_long, {{"allowed", allowed}}});
  return text;
}

void suggest_merges(const Context& context, std::int64_t customer_id, const std::string& phone) {
  for (const std::int64_t other : storage::customers_with_phone(context.tx, context.shop_id(), phone))
    if (other != customer_id)
      storage::suggest_merge(context.tx, context.shop_id(), customer_id, other, "phone", context.now_ms);
}

bool store_phone(const Context& context, std::int64_t customer_id, const std::string& phone) {
  const bool added =
      storage::add_phone(context.tx, context.shop_id(), customer_id, {phone, source_of(context.actor), context.now_ms});
  if (added) suggest_merges(context, customer_id, phone);
  return added;
}

storage::Customer checked_customer(const Context& context, const NewCustomer& wanted) {
  storage::Customer customer;
  customer.name = checked_value(context, CustomerField::kName, wanted.name);
  customer.search_key = search_key_of(customer.name);
  customer.email = checked_value(context, CustomerField::kEmail, wanted.email);
  customer.language = checked_value(context, CustomerField::kLanguage, wanted.language);
  customer.time_zone = checked_value(context, CustomerField::kTimeZone, wanted.time_zone);
  customer.birthday = checked_value(context, CustomerField::kBirthday, wanted.birthday);
  customer.source = checked_value(context, CustomerField::kSource, wanted.source);
  if (customer.source.empty()) customer.source = source_of(context.actor);
  customer.external_id = checked_value(context, CustomerField::kExternalId, wanted.external_id);
  if (storage::find_customer_by_external_id(context.tx, context.shop_id(), customer.external_id))
    throw refusal({"customer.external_id_taken", {{"id", customer.external_id}}});
  if (wanted.referrer_id) customer.referrer_id = existing(context, *wanted.referrer_id).customer_id;
  customer.created_at_ms = customer.updated_at_ms = context.now_ms;
  return customer;
}

bool same_place(const storage::Address& a, const storage::Address& b) {
  return fold(a.line) == fold(b.line) && a.recipient == b.recipient && a.phone == b.phone;
}

storage::Address checked_address(const Context& context, std::int64_t customer_id, const AddressInput& input) {
  storage::Address address;
  address.customer_id = customer_id;
  address.line = checked_text(input.line, kMaxAddressCodePoints, "address.too_long");
  if (address.line.empty()) throw refusal({"address.empty"});
  address.recipient = checked_text(input.recipient, kMaxShortFieldCodePoints, "customer.field_too_long");
  if (!trim(input.phone).empty()) address.phone = checked_phone(context, input.phone);
  const Region region = region_of_address(address.line);
  address.region = checked_text(input.region, kMaxShortFieldCodePoints, "customer.field_too_long");
  address.city = checked_text(input.city, kMaxShortFieldCodePoints, "customer.field_too_long");
  if (address.region.empty()) address.region = region.region;
  if (address.city.empty()) address.city = region.city;
  address.postcode = checked_text(input.postcode, kMaxShortFieldCodePoints, "customer.field_too_long");
  address.country = input.country.empty() ? context.shop.country : checked_text(input.country, 2, "address.country");
  address.is_default = input.make_default;
  address.created_at_ms = context.now_ms;
  return address;
}

}  // namespace

std::int64_t create_customer(const Context& context, const NewCustomer& wanted) {
  const storage::Customer customer = checked_customer(context, wanted);
  const std::string phone = trim(wanted.phone).empty() ? "" : checked_phone(context, wanted.phone);
  storage::CustomerFacts facts;
  facts.stage = checked_value(context, CustomerField::kStage, wanted.stage);
  if (facts.stage.empty()) facts.stage = stage_of_orders(0, context.shop.language);
  facts.grade = checked_value(context, CustomerField::kGrade, wanted.grade);
  const std::int64_t id = storage::insert_customer(context.tx, context.shop_id(), customer, facts);
  if (!phone.empty()) store_phone(context, id, phone);
  happened(context, {"customer.created", id, {{"name", customer.name}, {"source", customer.source}}, "", 0});
  if (customer.referrer_id)
    happened(context, {"customer.referred",
                       *customer.referrer_id,
                       {{"customer_id", id}, {"name", customer.name}},
                       "referred:" + std::to_string(id),
                       0});
  return id;
}

bool set_customer_field(const Context& context, std::int64_t customer_id, CustomerField field, std::string_view typed) {
  const std::string value = checked_value(context, field, typed);
  auto customer = existing(context, customer_id);
  if (field == CustomerField::kExternalId && value != customer.external_id)
    if (storage::find_customer_by_external_id(context.tx, context.shop_id(), value))
      throw refusal({"customer.external_id_taken", {{"id", value}}});
  if (!store_field(context, customer, field, value)) return false;
  updated(context, customer_id, {{"field", id_of(field)}, {"value", value}});
  return true;
}

bool add_customer_phone(const Context& context, std::int64_t customer_id, std::string_view typed) {
  const std::string phone = checked_phone(context, typed);
  existing(context, customer_id);
  if (!store_phone(context, customer_id, phone)) return false;
  updated(context, customer_id, {{"field", "phone"}});
  return true;
}

bool remove_customer_phone(const Context& context, std::int64_t customer_id, std::string_view typed) {
  const std::string phone = checked_phone(context, typed);
  if (!storage::remove_phone(context.tx, context.shop_id(), customer_id, phone)) return false;
  updated(context, customer_id, {{"field", "phone"}});
  return true;
}

AddressChange add_customer_address(const Context& context, std::int64_t customer_id, const AddressInput& input) {
  existing(context, customer_id);
  const auto address = checked_address(context, customer_id, input);
  for (const auto& known : storage::addresses_of_customer(context.tx, context.shop_id(), customer_id))
    if (same_place(known, address)) return {known.address_id, false};
  const std::int64_t id = storage::insert_address(context.tx, context.shop_id(), address);
  updated(context, customer_id, {{"field", "address"}, {"address_id", id}});
  return {id, true};
}

bool remove_customer_address(const Context& context, std::int64_t customer_id, std::int64_t address_id) {
  const auto address = storage::get_address(context.tx, context.shop_id(), address_id);
  if (!address || address->customer_id != customer_id) return false;
  storage::remove_address(context.tx, context.shop_id(), address_id);
  updated(context, customer_id, {{"field", "address"}, {"address_id", address_id}});
  return true;
}

std::int64_t add_customer_note(const Context& context, std::int64_t customer_id, std::string_view typed) {
  const std::string text = checked_text(typed, kMaxNoteCodePoints, "note.too_long");
  if (text.empty()) throw refusal({"note.empty"});
  existing(context, customer_id);
  const std::int64_t id = storage::insert_note(context.tx, context.shop_id(),
                                               {0, customer_id, text, staff_of(context.actor), context.now_ms});
  updated(context, customer_id, {{"field", "note"}, {"note_id", id}});
  return id;
}

bool set_customer_owner(const Context& context, std::int64_t customer_id, std::optional<std::int64_t> staff_id) {
  existing(context, customer_id);
  if (staff_id) {
    const auto staff = storage::get_staff(context.tx, context.shop_id(), *staff_id);
    if (!staff || !staff->active) throw refusal({"customer.owner_unknown"});
  }
  const auto facts = storage::get_facts(context.tx, context.shop_id(), customer_id);
  if (facts && facts->owner_id == staff_id) return false;
  storage::set_owner(context.tx, context.shop_id(), customer_id, staff_id);
  updated(context, customer_id, {{"field", "owner"}, {"staff_id", staff_id.value_or(0)}});
  return true;
}

}  // namespace laoke
