#include "handlers/merge_record.h"

namespace laoke {
namespace {

using nlohmann::json;
using storage::Customer;
using storage::CustomerFacts;
using MaybeInteger = std::optional<std::int64_t>;

json json_of(const MaybeInteger& value) {
  return value ? json(*value) : json();
}

MaybeInteger maybe(const json& value) {
  return value.is_null() ? MaybeInteger() : value.get<std::int64_t>();
}

// One list for both directions: a column added here is written and read.
constexpr std::pair<const char*, std::string Customer::*> kCustomerTexts[] = {
    {"name", &Customer::name},         {"search_key", &Customer::search_key},  {"email", &Customer::email},
    {"language", &Customer::language}, {"time_zone", &Customer::time_zone},    {"birthday", &Customer::birthday},
    {"source", &Customer::source},     {"external_id", &Customer::external_id}};
constexpr std::pair<const char*, MaybeInteger CustomerFacts::*> kMaybes[] = {
    {"last_order_ms", &CustomerFacts::last_order_ms}, {"first_order_ms", &CustomerFacts::first_order_ms},
    {"last_in_ms", &CustomerFacts::last_in_ms},       {"last_out_ms", &CustomerFacts::last_out_ms},
    {"birthday_md", &CustomerFacts::birthday_md},     {"owner_id", &CustomerFacts::owner_id}};

}  // namespace

json to_json(const Customer& customer) {
  json out{{"customer_id", customer.customer_id},
           {"referrer_id", json_of(customer.referrer_id)},
           {"merged_into", json_of(customer.merged_into)},
           {"created_at_ms", customer.created_at_ms},
           {"updated_at_ms", customer.updated_at_ms}};
  for (const auto& [name, field] : kCustomerTexts) out[name] = customer.*field;
  return out;
}

json to_json(const CustomerFacts& facts) {
  json out{{"customer_id", facts.customer_id},
           {"standing", facts.standing},
           {"opted_out", facts.opted_out},
           {"stage", facts.stage},
           {"grade", facts.grade},
           {"created_at_ms", facts.created_at_ms},
           {"order_count", facts.order_count},
           {"spent_minor", facts.spent_minor}};
  for (const auto& [name, field] : kMaybes) out[name] = json_of(facts.*field);
  return out;
}

Customer customer_from_json(const json& in) {
  Customer customer;
  customer.customer_id = in.at("customer_id");
  customer.referrer_id = maybe(in.at("referrer_id"));
  customer.merged_into = maybe(in.at("merged_into"));
  customer.created_at_ms = in.at("created_at_ms");
  customer.updated_at_ms = in.at("updated_at_ms");
  for (const auto& [name, field] : kCustomerTexts) customer.*field = in.at(name).get<std::string>();
  return customer;
}

CustomerFacts facts_from_json(const json& in) {
  CustomerFacts facts;
  facts.customer_id = in.at("customer_id");
  facts.standing = in.at("standing");
  facts.opted_out = in.at("opted_out");
  facts.stage = in.at("stage");
  facts.grade = in.at("grade");
  facts.created_at_ms = in.at("created_at_ms");
  facts.order_count = in.at("order_count");
  facts.spent_minor = in.at("spent_minor");
  for (const auto& [name, field] : kMaybes) facts.*field = maybe(in.at(name));
  return facts;
}

}  // namespace laoke
