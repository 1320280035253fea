#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "templates/engine.h"

// The variables a template may use: a public contract like the API. Money, dates, states and carriers arrive as text in
// the language of the message.
namespace laoke::templates {

enum class Type { kText, kNumber, kMoney, kDate, kLink, kList };

// What has to be known for a variable to have a value.
enum Source : unsigned {
  kAlways = 0,  // the shop, the customer, the day
  kOrder = 1,
  kShipment = 2,
  kProduct = 4,
  kFriend = 8,  // somebody this customer brought
  kTask = 16,
  kDays = 32,  // a time span the trigger is about
  kCheckout = 64,
};

struct Variable {
  std::string_view name;
  Type type;
  Source source;
  std::string_view zh, en;  // what it is, for the seller's list
};

std::span<const Variable> variables();
// What a row of `list` has: {{#order.items}}{{name}} ×{{quantity}}{{/order.items}}.
std::span<const Variable> fields_of(std::string_view list);
// "customer.attr.肤质" is found as "customer.attr.*".
const Variable* find_variable(std::string_view name);
// "肤质" of "customer.attr.肤质", nullopt for other names.
std::optional<std::string_view> attribute_name(std::string_view name);
// The names to suggest from.
std::vector<std::string_view> variable_names();

// The sources a trigger supplies: an event kind ("order.paid", handlers/happened.h), a date trigger ("birthday"), or
// "broadcast". nullopt: no such trigger.
std::optional<unsigned> sources_of(std::string_view trigger);
inline constexpr unsigned kEverySource = kOrder | kShipment | kProduct | kFriend | kTask | kDays | kCheckout;

// The first name in the template that does not exist or is not supplied.
std::optional<Problem> check(const Template& made, unsigned sources);

}  // namespace laoke::templates
